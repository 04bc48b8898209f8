"""Two hundred files that attackers send, made here. Each is refused, or shown only as a picture drawn anew."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator

import pikepdf
from PIL import Image

from geoportal import intake
from tests.permits.uploading.files import archive, exif, pdf, picture, png_chunk, png_of

Case = tuple[str, Callable[[], bytes]]  # its name, and the file
MARK = b"<script>alert('UJI')</script>"
ZIP = archive(virus=b"UJI" * 100)
HTML = b"<html><body>" + MARK + b"</body></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + MARK + b"</svg>"
PHP = b"<?php system('id') ?>" + MARK
ELF = b"\x7fELF\2\1\1" + b"\0" * 4000
#: What must not stand in anything that is shown.
TRACES = (b"script", b"UJI", b"PK\x03\x04", b"<?php", b"%PDF", b"Exif", b"ELF", b"ICC_PROFILE", b"http")


def _const(data: bytes) -> Callable[[], bytes]:
    return lambda: data


# --- What is no picture and no PDF, whatever it is called

OTHERS: dict[str, Callable[[], bytes]] = {
    "html": _const(HTML),
    "svg": _const(SVG),
    "svg with a declaration": _const(
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG
    ),
    "gif": lambda: picture(form="GIF", mode="P"),
    "animated gif": lambda: _frames("GIF"),
    "bmp": lambda: picture(form="BMP"),
    "tiff": lambda: picture(form="TIFF"),
    "tiff of many pages": lambda: _frames("TIFF"),
    "webp": lambda: picture(form="WEBP"),
    "icon": lambda: picture((64, 64), form="ICO"),
    "jpeg 2000": lambda: picture(form="JPEG2000"),
    "pcx": lambda: picture(form="PCX"),
    "targa": lambda: picture(form="TGA"),
    "ppm": lambda: picture(form="PPM"),
    "zip": _const(ZIP),
    "linux program": _const(ELF),
    "windows program": _const(b"MZ" + b"\0" * 4000),
    "java class": _const(b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 500),
    "shell": _const(b"#!/bin/sh\nid\n"),
    "php": _const(PHP),
    "javascript": _const(b"alert('UJI')"),
    "postscript": _const(b"%!PS-Adobe-3.0\n(/etc/passwd) run\n"),
    "rtf": _const(b"{\\rtf1 UJI}"),
    "old office": _const(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000),
    "film": _const(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 2000),
    "avif": _const(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"A" * 500),
    "gzip": _const(zlib.compress(b"x" * 500, wbits=31)),
    "nothing": _const(b""),
    "zeros": _const(bytes(5000)),
    "only magic jpg": _const(b"\xff\xd8\xff\xe0" + b"A" * 500),
    "only magic png": _const(b"\x89PNG\r\n\x1a\n" + b"A" * 500),
    "only magic pdf": _const(b"%PDF-1.7\n" + b"A" * 500),
    "only magic heic": _const(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"A" * 500),
}


def _frames(form: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("L", (100, 100), shade) for shade in range(0, 250, 50)]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


# --- Names: the file itself is a photograph

BAD_NAMES = (
    "a", "", "jpg", "a.php", "a.exe", "a.svg", "a.html", "a.js", "a.gif", "a.jpg.exe", "a.jpg.php", "a.jpg/", "a.jpg.",
    "a.jpg%00.php", "a.jpg;.php", "a.jpg::$DATA", "a.jpg\0.php", "foto\u202egpj.exe", "a.jpg\n.sh", "..", "../", "CON",
    "a.jpgx", ".htaccess", "a." + "j" * 300,
)  # fmt: skip
ODD_NAMES = (
    "../../../etc/passwd.jpg", "C:\\temp\\..\\a\0.jpg", "\\\\192.0.2.1\\share\\a.jpg", "file:///etc/passwd.jpg",
    "<img src=x onerror=alert(1)>.jpg", "'; DROP TABLE permits_upload; --.jpg", "$(id).jpg", "`id`.jpg", "-rf.jpg",
    "|id.jpg", "foto\u202eexe.jpg", "a\u200b.jpg", "a\r\nSet-Cookie: x=1.jpg", "CON.jpg", "nul.jpg", "a.exe.jpg",
    "a.php.jpg", ".jpg", " .jpg", "x" * 300 + ".jpg", "a.JPG", "{{7*7}}.jpg", "%2e%2e%2fa.jpg", "\u0627\u0644.jpg",
)  # fmt: skip

# --- Broken off

_WHOLE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpg": ("a.jpg", lambda: picture((800, 800))),
    "progressive jpg": ("a.jpg", lambda: picture((800, 800), progressive=True)),
    "png": ("a.png", lambda: picture((800, 800), form="PNG")),
    "heic": ("a.heic", lambda: picture((400, 400), form="HEIF")),
    "pdf": ("a.pdf", pdf),
}
_PARTS = (0.05, 0.3, 0.6, 0.9)

# --- Bombs


def _sof(width: int, height: int) -> bytes:
    """A photograph whose head claims another size."""
    data = bytearray(picture())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _heic_of(width: int, height: int) -> bytes:
    data = bytearray(picture((400, 400), form="HEIF"))
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


def _pages(root: bytes, *objects: bytes) -> bytes:
    """A PDF of these objects, from 3 on; 1 is the catalogue, 2 is `root`."""
    out, offsets = b"%PDF-1.7\n", []
    for n, data in enumerate((b"<</Type/Catalog/Pages 2 0 R>>", root, *objects), 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % n + data + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, start)


def _stream(head: bytes, data: bytes) -> bytes:
    return b"<<" + head + b"/Length %d>>stream\n" % len(data) + data + b"\nendstream"


_ONE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def _page(content: bytes, head: bytes = b"", *more: bytes, resources: bytes = b"") -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<" + resources + b">>>>"
    return _pages(_ONE, page, _stream(head, content), *more)


def _deflated(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def _image(head: bytes, data: bytes) -> bytes:
    image = _stream(b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray" + head, data)
    return _page(b"595 0 0 842 0 0 cm /I Do", b"", image, resources=b"/XObject<</I 5 0 R>>")


def _loop(kind: bytes) -> bytes:
    form = _stream(
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>", b"/F Do /F Do"
    )
    return _page(b"/F Do", b"", form, resources=b"/XObject<</F 5 0 R>>") + kind


def _prev(where: int) -> bytes:
    """A cross-reference table that names itself, or the file's start, as the one before."""
    data = pdf()
    at = int(data.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    return data.replace(b"trailer<<", b"trailer<</Prev %d" % (at if where else 0))


_TEXT = zlib.compress(bytes(101 * 100))
BOMBS: dict[str, Case] = {
    "huge png": ("a.png", lambda: png_of(60_000, 60_000, zlib.compress(b"\0" * 1000))),
    "png as wide as can be": ("a.png", lambda: png_of(2**31 - 1, 1, zlib.compress(b"\0" * 1000))),
    "png of size 0": ("a.png", lambda: png_of(0, 0, zlib.compress(b"\0"))),
    "png of 1 bit": ("a.png", lambda: png_of(30_000, 30_000, zlib.compress(bytes(30_001 * 2000), 9), depth=1)),
    "png of 16 bits": ("a.png", lambda: png_of(20_000, 20_000, zlib.compress(bytes(1 << 20), 9), depth=16)),
    "png with too little": ("a.png", lambda: png_of(7000, 7000, zlib.compress(b"\0" * 1000))),
    "png of a wrong depth": ("a.png", lambda: png_of(100, 100, _TEXT, depth=7)),
    "text bomb": ("a.png", lambda: png_of(
        100, 100, _TEXT, extra=png_chunk(b"zTXt", b"x\0\0" + _deflated(bytes(80 << 20), 1)))),
    "international text bomb": ("a.png", lambda: png_of(
        100, 100, _TEXT, extra=png_chunk(b"iTXt", b"x\0\1\0\0\0" + _deflated(bytes(80 << 20), 1)))),
    "profile bomb": ("a.png", lambda: png_of(
        100, 100, _TEXT, extra=png_chunk(b"iCCP", b"x\0\0" + _deflated(bytes(80 << 20), 1)))),
    "many text chunks": ("a.png", lambda: png_of(
        100, 100, _TEXT, extra=png_chunk(b"tEXt", b"k\0" + b"v" * 50_000) * 150)),
    "chunk longer than the file": ("a.png", lambda: png_of(100, 100, _TEXT, extra=struct.pack(">I", 2**31 - 1) + b"teXt")),
    "png with a wrong sum": ("a.png", lambda: picture(form="PNG").replace(b"IHDR", b"IHDR", 1)[:30] + b"\0\0\0" +
                             picture(form="PNG")[33:]),
    "jpg of no size": ("a.jpg", lambda: b"\xff\xd8\xff\xc0\0\x11\x08\0\0\0\0\x03\1\x22\0\2\x11\1\3\x11\1\xff\xd9"),
    "huge jpg": ("a.jpg", lambda: _sof(65_500, 65_500)),
    "jpg longer than its data": ("a.jpg", lambda: _sof(300, 60_000)),
    "jpg without a height": ("a.jpg", lambda: _sof(300, 0)),
    "jpg of many scans": ("a.jpg", lambda: _scans(4000)),
    "huge heic": ("a.heic", lambda: _heic_of(60_000, 60_000)),
    "heic of no size": ("a.heic", lambda: _heic_of(0, 0)),
    "one pixel": ("a.png", lambda: picture((1, 1), form="PNG")),
    "one line": ("a.jpg", lambda: picture((2000, 2))),
    "too many bytes": ("a.jpg", lambda: picture() + b"\0" * intake.DOCUMENT.most_bytes),
    "pdf of many pages": ("a.pdf", lambda: pdf(*[(200, 200)] * 61)),
    "pdf that claims a million pages": ("a.pdf", lambda: pdf().replace(b"/Count 1", b"/Count 1000000")),
    "pdf without pages": ("a.pdf", lambda: _pages(b"<</Type/Pages/Kids[]/Count 0>>")),
    "pdf of enormous pages": ("a.pdf", lambda: pdf((900_000, 900_000))),
    "pdf of a page without area": ("a.pdf", lambda: _pages(_ONE, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 0 0]>>")),
    "pdf of an enormous unit": ("a.pdf", lambda: pdf().replace(b"/Contents", b"/UserUnit 75000/Contents")),
    "page tree that holds itself": ("a.pdf", lambda: _pages(b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")),
    "page tree of two that hold each other": ("a.pdf", lambda: _pages(
        _ONE, b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>")),
    "very deep page tree": ("a.pdf", lambda: _pages(
        _ONE, *[b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 4) for n in range(3000)])),
    "brackets a million deep": ("a.pdf", lambda: _page(b"[" * 1_000_000)),
    "dictionary a million deep": ("a.pdf", lambda: pdf(extra=b"/X" + b"<</X" * 300_000)),
    "states a million deep": ("a.pdf", lambda: _page(b"q " * 1_000_000)),
    "stream bomb": ("a.pdf", lambda: _page(_deflated(b" " * (100 << 20), 1), b"/Filter/FlateDecode")),
    "bomb in a bomb": ("a.pdf", lambda: _page(
        _deflated(b" " * (100 << 20), 3), b"/Filter[/FlateDecode/FlateDecode/FlateDecode]")),
    "endless drawing": ("a.pdf", lambda: _page(
        _deflated(b"0 0 595 842 re f 9 9 500 800 re S " * 3_000_000, 2), b"/Filter[/FlateDecode/FlateDecode]")),
    "image bomb": ("a.pdf", lambda: _image(
        b"/Width 30000/Height 30000/BitsPerComponent 8/Filter/FlateDecode", _deflated(bytes(90 << 20), 1))),
    "image of a false size": ("a.pdf", lambda: _image(
        b"/Width 2000000000/Height 2000000000/BitsPerComponent 1/Filter/FlateDecode", _deflated(bytes(1000), 1))),
    "broken jbig2": ("a.pdf", lambda: _image(b"/Width 999/Height 999/BitsPerComponent 1/Filter/JBIG2Decode", b"\0" * 99)),
    "broken jpeg 2000": ("a.pdf", lambda: _image(b"/Width 999/Height 999/BitsPerComponent 8/Filter/JPXDecode", b"\0" * 99)),
    "broken fax": ("a.pdf", lambda: _image(
        b"/Width 999/Height 60000/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000>>", b"\x55" * 99)),
    "lzw garbage": ("a.pdf", lambda: _page(b"\x80" * 5000, b"/Filter/LZWDecode")),
    "form that draws itself": ("a.pdf", lambda: _loop(b"")),
    "table that follows itself": ("a.pdf", lambda: _prev(1)),
    "table that follows nothing": ("a.pdf", lambda: _prev(0)),
    "object that is its own length": ("a.pdf", lambda: pdf().replace(b"/Length 33", b"/Length 4 0 R")),
}  # fmt: skip


def _scans(count: int) -> bytes:
    """A progressive photograph whose last scan comes again and again."""
    data = picture((2000, 2000), progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:-2] + data[at:-2] * min(count, 9_000_000 // max(1, len(data) - at)) + b"\xff\xd9"


# --- Two things in one

_TAILS = {
    "zip": ZIP,
    "html": HTML,
    "php": PHP,
    "script": b"#!/bin/sh\nid #UJI\n",
    "svg": SVG,
    "program": ELF,
    "pdf": pdf(),
}
_HEADS = {"gif": b"GIF89a/*", "html": HTML, "zip": ZIP, "php": PHP, "script": b"#!/bin/sh\n"}
_PICTURES: dict[str, Case] = {
    "jpg": ("a.jpg", picture),
    "png": ("a.png", lambda: picture(form="PNG")),
    "pdf": ("a.pdf", lambda: pdf()),
}

# --- Metadata and parts that a picture may carry


def _marker(kind: int, data: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data


def _with(*markers: bytes) -> bytes:
    data = picture()
    return data[:2] + b"".join(markers) + data[2:]


def _exif_loop() -> bytes:
    """Directories that point to themselves."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entry + struct.pack("<I", 8)


def _animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (200, 200), (shade, 0, 0)) for shade in range(0, 250, 10)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _mpo(count: int) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (100, 100), (shade % 255, 0, 0)) for shade in range(count)]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _profile(data: bytes) -> bytes:
    parts = [data[at : at + 65_000] for at in range(0, len(data), 65_000)]
    return _with(
        *[_marker(0xE2, b"ICC_PROFILE\0" + bytes([n + 1, len(parts)]) + part) for n, part in enumerate(parts)]
    )


CARRIED: dict[str, Case] = {
    "markup in exif": ("a.jpg", lambda: picture(exif=exif(text=MARK.decode()))),
    "markup in a comment": ("a.jpg", lambda: picture(comment=MARK)),
    "markup in xmp": ("a.jpg", lambda: _with(_marker(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + MARK))),
    "markup in a text chunk": ("a.png", lambda: png_of(100, 100, _TEXT, extra=png_chunk(b"tEXt", b"Comment\0" + MARK))),
    "markup in palette entries": ("a.png", lambda: picture(mode="P", form="PNG")[:-12] + png_chunk(b"tEXt", b"x\0" + MARK) +
                                  png_chunk(b"IEND", b"")),
    "exif that loops": ("a.jpg", lambda: _with(_marker(0xE1, _exif_loop()))),
    "exif of garbage": ("a.jpg", lambda: _with(_marker(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + b"UJI" * 900))),
    "exif cut off": ("a.jpg", lambda: _with(_marker(0xE1, b"Exif\0\0II"))),
    "turned nine ways": ("a.jpg", lambda: picture(exif=exif(9))),
    "sixty comments": ("a.jpg", lambda: _with(*[_marker(0xFE, MARK * 2000)] * 60)),
    "profile of garbage": ("a.jpg", lambda: _profile(b"UJI" * 50_000)),
    "profile of megabytes": ("a.jpg", lambda: _profile(bytes(5_000_000))),
    "profile that is cut": ("a.jpg", lambda: _with(_marker(0xE2, b"ICC_PROFILE\0\1\xff" + b"UJI"))),
    "photoshop block": ("a.jpg", lambda: _with(_marker(0xED, b"Photoshop 3.0\x008BIM" + MARK * 900))),
    "false adobe marker": ("a.jpg", lambda: _with(_marker(0xEE, b"Adobe\0\x64\0\0\0\0\x02"))),
    "marker of length 0": ("a.jpg", lambda: picture()[:2] + b"\xff\xe1\0\0" + picture()[2:]),
    "two photographs": ("a.jpg", lambda: picture() + picture((500, 400))),
    "photograph in a comment": ("a.jpg", lambda: _with(_marker(0xFE, picture()))),
    "animated png": ("a.png", _animated),
    "two hundred pictures in one": ("a.jpg", lambda: _mpo(200)),
    "png with an unknown chunk": ("a.png", lambda: png_of(100, 100, _TEXT, extra=png_chunk(b"UJIx", ZIP))),
    "jpg called pdf": ("a.pdf", picture),
    "jpg called heic": ("a.heic", picture),
    "png called jpg": ("a.jpg", lambda: picture(form="PNG")),
    "pdf called jpg": ("a.jpg", pdf),
    "heic called png": ("a.png", lambda: picture((200, 200), form="HEIF")),
}  # fmt: skip

# --- PDFs that want to do something


def _does(action: bytes) -> Case:
    return "a.pdf", lambda: pdf(extra=b"/OpenAction<<" + action + b">>")


def _changed(change: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        document.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _attach(document: pikepdf.Pdf) -> None:
    document.attachments["UJI.exe"] = ELF


def _locked(password: str) -> bytes:
    return _changed(lambda _: None, encryption=pikepdf.Encryption(owner="UJI-pemilik", user=password))


ACTIVE: dict[str, Case] = {
    "javascript": _does(b"/S/JavaScript/JS(app.alert\\(1\\)//UJI)"),
    "javascript in a stream": ("a.pdf", lambda: pdf(extra=b"/OpenAction<</S/JavaScript/JS 4 0 R>>")),
    "javascript by name": ("a.pdf", lambda: pdf(extra=b"/Names<</JavaScript<</Names[(UJI)<</S/JavaScript/JS(1)>>]>>>>")),
    "javascript on closing": ("a.pdf", lambda: pdf(extra=b"/AA<</WC<</S/JavaScript/JS(UJI)>>>>")),
    "javascript of a field": ("a.pdf", lambda: pdf(extra=b"/AcroForm<</Fields[<</FT/Tx/T(UJI)/AA<</K<</S/JavaScript/JS(1)>>>>>>]>>")),
    "program": _does(b"/S/Launch/F(cmd.exe)/UJI 1"),
    "address": _does(b"/S/URI/URI(http://192.0.2.1/UJI)"),
    "other file": _does(b"/S/GoToR/F(\\\\\\\\192.0.2.1\\\\UJI)/D[0/Fit]"),
    "form sent away": _does(b"/S/SubmitForm/F(http://192.0.2.1/UJI)"),
    "data imported": _does(b"/S/ImportData/F(/etc/passwd)"),
    "sound": _does(b"/S/Rendition/JS(UJI)"),
    "xfa": ("a.pdf", lambda: pdf(extra=b"/AcroForm<</XFA(<xdp>UJI</xdp>)/Fields[]>>")),
    "content of a file of ours": ("a.pdf", lambda: _pages(
        _ONE, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>", _stream(b"/F(/etc/passwd)", b""))),
    "image of a file of ours": ("a.pdf", lambda: _image(b"/Width 99/Height 99/BitsPerComponent 8/F(/etc/passwd)", b"")),
    "entity of a file of ours": ("a.pdf", lambda: _page(b"", b"", _stream(
        b"/Type/Metadata/Subtype/XML", b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;UJI</x>'))),
    "attachment": ("a.pdf", lambda: _changed(_attach)),
    "locked": ("a.pdf", lambda: _locked("UJI")),
    "locked to be changed": ("a.pdf", lambda: _locked("")),
}  # fmt: skip


def cases() -> Iterator[tuple[str, Case]]:
    """(what it is, (name of the file, how it is made))."""
    for kind, make in OTHERS.items():
        for extension in ("jpg", "pdf"):
            yield f"{kind} called {extension}", (f"a.{extension}", make)
    for name in (*BAD_NAMES, *ODD_NAMES):
        yield f"name {name[:40]!a}", (name, picture)
    for kind, (name, make) in _WHOLE.items():
        for part in _PARTS:
            yield f"{kind} broken off at {part:.0%}", (name, _cut(make, part))
    yield from (("bomb: " + kind, case) for kind, case in BOMBS.items())
    for kind, (name, make) in _PICTURES.items():
        for tail, data in _TAILS.items():
            yield f"{kind} and behind it {tail}", (name, _joined(make, data, behind=True))
        for head, data in _HEADS.items():
            yield f"{kind} and before it {head}", (name, _joined(make, data, behind=False))
    yield from CARRIED.items()
    yield from (("pdf: " + kind, case) for kind, case in ACTIVE.items())


def _cut(make: Callable[[], bytes], part: float) -> Callable[[], bytes]:
    def cut() -> bytes:
        data = make()
        return data[: int(len(data) * part)]

    return cut


def _joined(make: Callable[[], bytes], data: bytes, *, behind: bool) -> Callable[[], bytes]:
    return lambda: make() + data if behind else data + make()
