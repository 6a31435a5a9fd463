"""Patterns that people write and partners choose the text for."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.actions.pattern_syntax import PatternError
from apps.actions.patterns import compile_pattern

LEAVES = st.sampled_from(
    [*("a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", "[a-b1]", r"\.", "^", "$")]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeats = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"])
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, repeats).map(lambda pair: f"(x{pair[0]}){pair[1]}"),
        st.tuples(inner, repeats).map(lambda pair: f"({pair[0]}|c){pair[1]}"),
    )


@given(
    st.recursive(LEAVES, _grown, max_leaves=8),
    st.text("abcx1.\n", max_size=8),
)
def test_a_pattern_finds_what_pythons_own_finds(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).search(text) == bool(re.search(pattern, text))


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("", "", True),
        ("(?i)SUCCESS", "a success", True),
        ("SUCCESS", "a success", False),
        (r'"status"\s*:\s*"ok"', '{"status" :\n"ok"}', True),
        (r"^\d{3}$", "200", True),
        (r"^\d{3}$", "2000", False),
        (r"[]x]", "]", True),
        (r"[^\]]", "]", False),
        (r"(?P<code>OK|ACCEPTED)!", "ACCEPTED!", True),
        (r"a{,2}", "a{,2}", True),
        (r"\x41é\u00e9", "Aéé", True),
    ],
)
def test_common_patterns_work(pattern: str, text: str, *, is_found: bool) -> None:
    assert compile_pattern(pattern).search(text) is is_found


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*$",
        r"a?" * 30 + "a" * 30,
        r".*.*.*=",
        r"(\w+\s?)*$",
        r"(.*)*x",
    ],
)
def test_a_pattern_that_hangs_python_ends_at_once(pattern: str) -> None:
    text = "a" * 60_000 + "!"
    started = time.thread_time()

    compile_pattern(pattern).search(text)

    assert time.thread_time() - started < 2


def test_a_search_that_learns_too_much_gives_up() -> None:
    """The automaton would need a state for each of 2^40 endings."""
    pattern = compile_pattern("a.{40}b.{40}c")
    text = "".join("ab"[bit] for bit in _bits(60_000))
    started = time.thread_time()

    assert pattern.search(text) is False
    assert time.thread_time() - started < 2


def _bits(count: int) -> list[int]:
    state, bits = 12345, []
    for _ in range(count):
        state = (1103515245 * state + 12345) % 2**31
        bits.append(state >> 30)
    return bits


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(?=a)", "no look-around"),
        ("(?<!a)", "no look-around"),
        (r"(a)\1", "this escape is not supported"),
        (r"\bword", "this escape is not supported"),
        ("(a", "a ( has no partner"),
        ("a)", "a ) has no partner"),
        ("[a", "a [ has no partner"),
        ("[b-a]", "is not understood"),
        ("[a&&b]", "before doubled signs"),
        ("*a", "nothing stands before *"),
        ("a**", "followed by another repetition"),
        ("a++", "followed by another repetition"),
        ("^*", "^ cannot be repeated"),
        ("a{300}", "repeat at most 200"),
        ("a{3,2}", "ends before it starts"),
        ("((a{90}){90})", "too large"),
        ("a" * 501, "longer than 500"),
        ("(" * 30 + "a" + ")" * 30, "nested too deeply"),
    ],
)
def test_what_an_automaton_cannot_do_is_refused(pattern: str, problem: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)

    assert problem in str(caught.value)
