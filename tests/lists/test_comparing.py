"""How the values of lists become comparable, and how files of them are read."""

import hashlib
import io

import pytest

from apps.value_lists import files
from apps.value_lists.comparing import UnfitValueError, compared_form

MD5 = hashlib.md5(b"jane@x.example").hexdigest()
SHA256 = hashlib.sha256(b"+14155552671").hexdigest()


@pytest.mark.parametrize(
    ("text", "normalization", "hashing", "expected"),
    [
        (" Jane@X.example ", "none", "none", "Jane@X.example"),
        ("Jane@X.example", "lower", "none", "jane@x.example"),
        ("10 115-A", "digits", "none", "10115"),
        ("+1 (415) 555-2671", "last10", "none", "4155552671"),
        ("(415) 555-2671", "e164", "none", "+14155552671"),
        ("Jane@X.example", "lower", "md5", MD5),
        (MD5.upper(), "lower", "md5", MD5),
        ("415.555.2671", "e164", "sha256", SHA256),
        (SHA256, "e164", "sha256", SHA256),
    ],
)
def test_spellings_of_one_value_become_one_form(
    text: str, normalization: str, hashing: str, expected: str
) -> None:
    assert compared_form(text, normalization=normalization, hashing=hashing) == expected


@pytest.mark.parametrize(
    ("text", "normalization"),
    [
        ("  ", "none"),
        ("a\x00b", "none"),
        ("\ud800", "lower"),
        ("x" * 255, "none"),
        ("none", "digits"),
        ("none", "last10"),
        ("123", "e164"),
    ],
)
def test_what_fits_no_list_is_refused_without_being_named(
    text: str, normalization: str
) -> None:
    with pytest.raises(UnfitValueError) as refused:
        compared_form(text, normalization=normalization, hashing="none")

    assert str(refused.value).startswith("It ")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "a,b\r\n\r\nc;d", ["a,b\n", "\n", "c;d"]),
        ("a.csv", '\ufeff"x, y",1\nz,2\n', ["x, y", "z"]),
        ("a.CSV", "x;1\nz;2", ["x", "z"]),
        ("a.csv", "x\ty\n\nz\n", ["x", "", "z"]),
        ("a.csv", "", [""]),
    ],
)
def test_a_file_gives_its_lines_or_its_first_column(
    name: str, content: str, expected: list[str]
) -> None:
    file = io.BytesIO(content.encode())
    files.check_file(file, len(content))

    assert list(files.values_in(file, name)) == expected


def test_a_file_over_the_limits_or_in_no_utf8_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "MAX_LINES", 2)

    for content, size, words in (
        (b"a\nb\nc", 5, "has 3 lines; at most 2"),
        (b"\xff\xfe", 2, "UTF-8"),
        (b"a", files.MAX_BYTES + 1, "at most 10 MB"),
    ):
        with pytest.raises(files.UnreadableFileError, match=words):
            files.check_file(io.BytesIO(content), size)
