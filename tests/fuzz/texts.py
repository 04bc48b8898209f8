"""What people, programs and attackers type."""

from hypothesis import strategies as st

#: Bytes that databases refuse, letters that turn round, digits that are none, numbers without end.
NASTY = (
    "", " ", "\0", "a\0b", "\u202egnp.exe", "\ufeff", "\u200b" * 40, "٣٤", "²", "½", "nan", "NaN, NaN",
    "inf,inf", "1e999", "-0", "9" * 5000, "0x10", "1_000", "x" * 100_000, "../../etc/passwd", "..\\..\\con",
    "<script>alert(1)</script>", "'; DROP TABLE x; --", "%00", "%s%n{0}{{7*7}}", "${7*7}", "=1+1",
    "\r\nSet-Cookie: a=b", "🏺🧵", "ä" * 999, "[]", "{}", "null", "true", "-1", "2147483648",
    "9223372036854775808", "1900-02-29", "31/02/2024", "0000-00-00", "91,181", "-6.889; 109.675",
    "1,2\n3,4\n5,6", "+62" + "8" * 40, "POINT(1 1)", "file:///etc/passwd",
)  # fmt: skip
typed = st.one_of(st.text(max_size=60), st.sampled_from(NASTY))
json_like = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), typed),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
