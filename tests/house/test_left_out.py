"""A machine that lacks something is never mistaken for one where all tests passed."""

import pytest

from tests import left_out
from tests.machine import NEEDS, Need

pytest_plugins = ["pytester"]

BROWSER_TEST = """
    import pytest

    @pytest.mark.browser
    def test_a_page() -> None:
        raise AssertionError("must not run without a browser")

    def test_arithmetic() -> None:
        assert 1 + 1 == 2
"""


@pytest.fixture
def no_chromium(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for a machine without Chromium, with one test that needs it."""
    lacking = Need("browser", "Chromium", lambda: None, "apt-get install chromium")
    monkeypatch.setattr(left_out, "NEEDS", (lacking,))
    pytester.makeini("[pytest]\nmarkers =\n    browser: needs Chromium\n")
    pytester.makepyfile(BROWSER_TEST)


def run(pytester: pytest.Pytester) -> pytest.RunResult:
    """Run the inner tests without the plugins that need the project's settings."""
    return pytester.runpytest_inprocess(
        *("-p", "tests.left_out", "-p", "no:django", "-p", "no:socket"),
        *("-p", "no:randomly", "-p", "no:cacheprovider"),
    )


@pytest.mark.usefixtures("no_chromium")
def test_what_cannot_run_is_named_at_the_end_with_its_remedy(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)

    result = run(pytester)

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*NOT RUN ON THIS MACHINE*", "1 tests need Chromium*apt-get install chromium"]
    )


@pytest.mark.usefixtures("no_chromium")
def test_under_continuous_integration_it_is_an_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_every_need_has_a_registered_marker(pytestconfig: pytest.Config) -> None:
    registered = {line.split(":")[0] for line in pytestconfig.getini("markers")}

    assert {need.marker for need in NEEDS} <= registered


@pytest.mark.usefixtures("no_chromium")
def test_what_nobody_can_install_is_named_and_no_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's rights are its owner's to give."""
    forbidden = Need("browser", "Chromium", lambda: None, "-", is_installable=False)
    monkeypatch.setattr(left_out, "NEEDS", (forbidden,))
    monkeypatch.setenv("CI", "true")

    result = run(pytester)

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*NOT RUN ON THIS MACHINE*"])
