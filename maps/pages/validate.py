"""/validasi/ and /V/: is this permit in our register, and is this letter ours?

Only misses are counted against an address, and hits are always answered: a bank's clerks share one address.
"""

import hashlib
import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from geoportal import limits
from geoportal.caching import public_cache
from geoportal.geography.quality import Quality
from geoportal.ids import is_id, normalise
from maps import file_verdict, known
from maps import verdict as register
from maps.models import Place
from maps.pages.map_entries import Entry, entries, status_note
from maps.pages.rendition import rendition_of
from maps.verdict import Outcome, Verdict
from permits import qr, seal
from permits.signing.verify import MOST_BYTES
from permits.status import Status

MISSES, SECONDS = 50, 900
DIGEST = re.compile(r"[0-9a-f]{64}")
OSS_URL = "https://oss.go.id"


@login_not_required
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The form; with ?nomor= the way to the register page, or a list where several have that number."""
    typed = request.GET.get("nomor", "").strip()
    if not typed:
        return public_cache(partial(_form, nudge="nomor" in request.GET))(request)
    code = normalise(typed[:100])
    if seal.is_seal_id(code):
        return HttpResponseRedirect(reverse("seal", args=[code]))
    found = register.find_number(typed)
    if not found and is_id(code, register.PUBLIC_ID):
        return HttpResponseRedirect(reverse("register", args=[code]))
    if len(found) == 1:
        return HttpResponseRedirect(reverse("register", args=[found[0].public_id]))
    if not found and (archived := register.verdict_for_archived_number(typed)):
        response: HttpResponse = _page(request, archived)
    elif not found:
        refusal = _count_miss(request)
        response = refusal or _page(request, register.unknown(), typed=typed[: register.MAX_NUMBER])
    else:
        response = _form(request, typed=typed, found=found)
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _form(
    request: HttpRequest,
    *,
    typed: str = "",
    found: list[Place] | None = None,
    nudge: bool = False,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = [(place, str(Status(place.status).label), status_note(place)) for place in found or []]
    return render(
        request,
        "maps/validate.html",
        {
            "typed": typed,
            "found": rows,
            "heading": ngettext("%(n)d permit has this number", "%(n)d permits have this number", len(rows))
            % {"n": len(rows)},
            "nudge": nudge,
            "wrong": wrong,
            "host": _host(request),
            "trail": _trail(),
        },
        status=status,
    )


@login_not_required
@require_safe
def entry(request: HttpRequest, typed: str) -> HttpResponse:
    """The register page of a permit: where every popup, list entry and company page leads."""
    answer = register.register_entry(typed)
    if answer.entry and typed != answer.entry.place.public_id:
        return HttpResponseRedirect(reverse("register", args=[answer.entry.place.public_id]))
    response = (_count_miss(request) if answer.is_miss else None) or _page(request, answer)
    patch_cache_control(response, private=True, no_cache=True)  # it states when it was checked
    return response


@login_not_required
@require_safe
def letter(request: HttpRequest, typed: str) -> HttpResponse:
    """The QR code's target: the verdict about one letter."""
    code = normalise(typed)
    if seal.is_seal_id(code) and request.path != reverse("seal", args=[code]):
        return _unseen(HttpResponseRedirect(reverse("seal", args=[code])))
    answer = register.verdict_for_seal(code)
    return _unseen(
        (_count_miss(request) if answer.is_miss else None) or _page(request, answer, typed=typed[:40])
    )


@csrf_exempt  # it only leads on, and changes nothing: the pages with this form stay cacheable
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter_form(request: HttpRequest) -> HttpResponse:
    """A typed code, on its way to /V/<code>. Posted: a wrong one stays out of the address."""
    if request.method != "POST":
        return redirect("validate")
    typed = request.POST.get("kode", "")[:100]
    code = normalise(typed)
    if seal.is_seal_id(code):
        response: HttpResponse = HttpResponseRedirect(reverse("seal", args=[code]))
        response.status_code = 303
        return _unseen(response)
    return _unseen(_count_miss(request) or _page(request, register.verdict_for_seal(code), typed=typed))


@csrf_exempt  # it only asks, and changes nothing: the page with this form stays cacheable
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """An uploaded PDF, or only its SHA-256 where the browser found that the register knows it."""
    if request.method != "POST":
        return redirect("validate")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + 10_000:  # not even read
        return _unseen(_form(request, wrong=_too_large(), status=413))
    digest = request.POST.get("sha256", "")
    if DIGEST.fullmatch(digest):
        answer = register.verdict_for_hash(bytes.fromhex(digest)) or file_verdict.unknown_file()
        return _unseen(_page(request, answer, file=True))
    sent = request.FILES.get("pdf")
    if sent is None or not sent.size:
        return _unseen(_form(request, wrong=_("Choose a PDF file first."), status=400))
    if sent.size > MOST_BYTES:
        return _unseen(_form(request, wrong=_too_large(), status=413))
    pdf = sent.read()
    ours = register.verdict_for_hash(hashlib.sha256(pdf).digest())
    # only what we do not know costs anything to read, so only that is counted
    refusal = None if ours else _count_miss(request)
    return _unseen(refusal or _page(request, ours or file_verdict.verdict_for_pdf(pdf), file=True))


@login_not_required
@require_safe
def old(request: HttpRequest, target: str) -> HttpResponse:
    """Where QR codes of letters from before lead, once their old host sends here: /lama/<their path>."""
    query = request.META.get("QUERY_STRING", "")
    wanted = f"{target}?{query}" if query else target
    found = register.archived_by("target", wanted.replace("\0", ""))
    if found is None:
        return _unseen(_count_miss(request) or _page(request, register.unknown()))
    if found.public_id:
        return _unseen(redirect("register", found.public_id))
    return _unseen(redirect(f"{reverse('validate')}?{urlencode({'nomor': found.number})}"))


def _too_large() -> str:
    return _("The file is larger than %(most)d MB: no letter of ours is. Check it by the code on it.") % {
        "most": MOST_BYTES // 1_000_000
    }


@login_not_required
@require_safe
@public_cache
def samples(request: HttpRequest) -> HttpResponse:
    """Letters of the demo city to try the check with; 404 where no demo city is loaded."""
    shown = []
    for n in range(1, seal.DEMO_LETTERS + 1):
        answer = register.verdict_for_seal(seal.demo_seal_id(n))
        if answer.letter:
            code = seal.demo_seal_id(n)
            shown.append(
                {"n": n, "code": seal.grouped(code), "href": reverse("seal", args=[code]), "answer": answer}
            )
    if not shown:
        raise Http404
    trail = [*_trail(here=False), (_("Sample letters"), "")]
    return render(request, "maps/validate_samples.html", {"samples": shown, "trail": trail})


@login_not_required
@require_safe
@public_cache
def sample_code(request: HttpRequest, n: int, kind: str) -> HttpResponse:
    """The QR code of a sample letter, as a file."""
    if not (1 <= n <= seal.DEMO_LETTERS and register.verdict_for_seal(seal.demo_seal_id(n)).letter):
        raise Http404
    text = seal.seal_url(seal.demo_seal_id(n), f"{request.scheme}://{request.get_host()}")
    if kind == "svg":
        return HttpResponse(qr.svg(text), content_type="image/svg+xml")
    return HttpResponse(qr.png(text), content_type="image/png")


def _page(request: HttpRequest, answer: Verdict, *, typed: str = "", file: bool = False) -> HttpResponse:
    """The answer, in words; the same page for a permit, a letter, and what cannot be found."""
    number = answer.entry.place.number if answer.entry else _("Result")
    context: dict[str, Any] = {
        "answer": answer,
        "malformed": answer.outcome == Outcome.MALFORMED,
        "about_letter": answer.letter is not None or request.path.upper().startswith("/V/") or file,
        "about_file": file,
        "typed": typed,
        "host": _host(request),
        "oss_url": OSS_URL,
        "trail": [*_trail(here=False), (number, "")],
        "url": request.build_absolute_uri(request.path),
    }
    if answer.entry:
        goods = known.commodities()
        sites = entries(
            list(answer.entry.sites), [goods[pk] for pk in answer.entry.place.commodities if pk in goods]
        )
        context |= {
            "seen": sites[0],
            "sites": sites,
            "place": sites[0].place,
            "map_href": _map_href(sites[0]),
            "rendition": rendition_of(sites[0].place.public_id),
        }
    return render(request, "maps/register.html", context, status=answer.http_status)


def _map_href(seen: Entry) -> str:
    """The map at this permit; at its village where only that is public; "" where nothing is."""
    place = seen.place
    if seen.lonlat and not place.withheld and place.quality != Quality.VILLAGE:
        return f"/peta/?di={seen.spot}&status={seen.status}{seen.hash}"
    return f"/peta/?kelurahan={place.village_id}&status={seen.status}" if place.village_id else ""


def _count_miss(request: HttpRequest) -> HttpResponse | None:
    """None, or the answer to an address that has asked for too much that does not exist."""
    try:
        with limits.misses("validate", limits.client_address(request), most=MISSES, seconds=SECONDS):
            return None
    except limits.TooMany as error:
        minutes = -(-error.retry_after // 60)
        response = render(
            request, "maps/validate_wait.html", {"minutes": minutes, "trail": _trail()}, status=429
        )
        response.headers["Retry-After"] = str(error.retry_after)
        return response


def _unseen(response: HttpResponse) -> HttpResponse:
    """A seal belongs to who holds the letter: no cache, no search engine, no other site learns it."""
    patch_cache_control(response, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _host(request: HttpRequest) -> dict[str, str]:
    """Where the reader is, and where the office says this site lives (if it says so)."""
    official = settings.SITE_URL.partition("://")[2]
    return {"here": request.get_host(), "official": official if official != request.get_host() else ""}


def _trail(*, here: bool = True) -> list[tuple[str, str]]:
    return [(_("Home"), "/"), (_("Check a permit"), "" if here else reverse("validate"))]
