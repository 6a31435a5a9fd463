"""Broken and hostile files are refused with a line and a sentence, and do no harm."""

import pytest

from apps.configfile.nodes import MAX_BYTES
from apps.configfile.reading import read_file


def told(content: bytes) -> list[str]:
    """Return what is wrong with a file before the database is asked."""
    return [str(problem) for problem in read_file(content)[1]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: The file is empty."),
        ("- a", "line 1: Begin with «version: 1», then the sections."),
        ("text", "line 1: Begin with «version: 1», then the sections."),
        (
            "version: 2",
            "line 1: Only files of version 1 can be read: «version: 1».",
        ),
        (
            "projects: []",
            "line 1: Only files of version 1 can be read: «version: 1».",
        ),
        (
            "version: 1\nproject: []",
            "line 2: «project» is not known here. Did you mean «projects»?",
        ),
        ("version: 1\nprojects: x", "line 2: projects: Write a list: lines that begin with «- »."),
        ("version: 1\nprojects:\n- x", "line 3: projects[1]: Write names and values: «name: …»."),
        ("version: 1\nversion: 1", "line 2: «version» stands here twice; first in line 1."),
        ("version: 1\n---\nversion: 1", "line 2: A file has one document: remove this «---»."),
        ("version: 1\nprojects:\n- name: {a: 1}", "line 3: projects[1].name: Write a text; put it in quotes."),
        ("version: 1\n1: x", "line 2: A name has to be a text: put it in quotes."),
        ("version: 1\n? [a]\n: x", "line 2: A name has to be a text."),
        ("version: 1\nprojects: !!python/name:os.system", "line 2: «tag:yaml.org,2002:python/name:os.system»: types are not supported. Remove it."),
        ("version: 1\naffiliates:\n- name: 2026-01-01", "line 3: «2026-01-01»: put it in quotes, or write a plain number."),
        ("version: 1\naffiliates:\n- name: 'a\n", "line 4: This is no YAML (found unexpected end of stream). Look at this line and the one before."),
        ("version: 1\n\tprojects: []", "line 2: This is no YAML (found a tab character that violates indentation). Look at this line and the one before."),
        ("version: 1\naffiliates:\n- name: a\x07", "line 3: There is an unreadable character (code 7). Remove it."),
        ('version: 1\naffiliates:\n- name: "a\\0"', "line 3: There is a character that cannot be stored."),
        ("version: 1\nprojects:\n- name: P\n  settle_seconds: 1:30", "line 4: «1:30»: put it in quotes, or write a plain number."),
        ("version: 1\nprojects:\n- name: P\n  settle_seconds: 1.5", "line 4: projects[1] «P».settle_seconds: Write a whole number."),
        ("version: 1\nprojects:\n- name: P\n  settle_seconds: true", "line 4: projects[1] «P».settle_seconds: Write a whole number."),
        ("version: 1\nprojects:\n- name: P\n  settle_seconds:", "line 4: projects[1] «P».settle_seconds: Give a value, or remove the line for the default."),
        ("version: 1\nprojects:\n- name: P\n  web_last_visit: maybe", "line 4: projects[1] «P».web_last_visit: Write true or false."),
        ("version: 1\nprojects:\n- name: P\n  settle_seconds: " + "9" * 5000, "line 4: «" + "9" * 60 + "»: put it in quotes, or write a plain number."),
    ],
)  # fmt: skip
def test_hostile_or_broken_yaml_gets_a_plain_sentence(text: str, problem: str) -> None:
    assert told(text.encode()) == [problem]


def test_a_bomb_of_anchors_is_refused_without_unfolding_it() -> None:
    lines = ["version: 1", "a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 4)]

    found = told("\n".join(lines).encode())

    assert "line 2: «&a0»: names for values are not supported." in found
    assert found.count("line 3: «*a0»: write it out.") == 2


def test_what_is_nested_too_deeply_is_not_read_on() -> None:
    assert told(b"version: 1\nprojects: " + b"[" * 100_000) == [
        "line 2: This is nested too deeply."
    ]


def test_a_file_that_is_too_large_or_no_text_is_not_read() -> None:
    assert told(b"#" * (MAX_BYTES + 1)) == [
        "line 1: The file has more than 10 MB. Split it by sections."
    ]
    assert told(b"version: 1\n# \xff") == [
        "line 2: This is no UTF-8. Save the file as UTF-8."
    ]
