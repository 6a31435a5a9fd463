"""Five9's answers: pages of Web2Campaign, results and faults of the SOAP API."""

from typing import Any

import pytest

from apps.actions.base import Job, Judgement
from apps.actions.kinds.five9 import Five9
from tests.actions.making import make_job, make_response

FIVE9 = Five9()
PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"><HTML><HEAD><title>'
    'WebToCampaign Response</title><META http-equiv="Content-Type"   content="text/html"'
    "></HEAD><BODY><h1>Inputs:</h1><FORM><TABLE><TR><TD>number1:</TD><TD><INPUT "
    'readonly id="number1" name="number1" value="{0}" size="10"></TD></TR></TABLE>'
    "<BR><h1>Result:</h1><TABLE><TR><TD>Error Code:</TD><TD><INPUT readonly "
    'id="F9errCode" name="F9errCode" value="{1}" size="10"></TD></TR><TR><TD>Error '
    'Decription:</TD><TD><INPUT readonly id="F9errDesc" name="F9errDesc" '
    'value="Said so" size="38"></TD></TR></TABLE></FORM></BODY></HTML>\r\n'
)
ENVELOPE = (
    "<env:Envelope xmlns:env='http://schemas.xmlsoap.org/soap/envelope/'><env:Body>{}"
    "</env:Body></env:Envelope>"
)
CALLED_AT_ONCE = {"call_asap": True, "on_ambiguous": ""}


def job_of(mode: str, settings: dict[str, Any] | None = None) -> Job:
    return make_job(settings or {}, {"mode": mode})


def web(text: str, status: int = 200) -> Judgement:
    return FIVE9.classify(make_response(status, text), job_of("w2c"))


def soap(inside: str, status: int = 200, **settings: Any) -> Judgement:
    response = make_response(status, ENVELOPE.format(inside))
    return FIVE9.classify(response, job_of("soap", settings))


def fault(exception: str) -> str:
    return (
        "<env:Fault><faultcode>env:Server</faultcode><faultstring>No.</faultstring>"
        f"<detail><n:{exception} xmlns:n='x'/></detail></env:Fault>"
    )


def result(**texts: str) -> str:
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())
    return (
        f"<n:addRecordToListResponse xmlns:n='x'><return>{inside}</return>"
        "</n:addRecordToListResponse>"
    )


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0, "success"),
        (602, "success"),
        (603, "success"),
        *[(wrong, "permanent") for wrong in (600, 700, 708, 709, 710, 711, 712)],
        *[(wrong, "permanent") for wrong in (713, 714, 799)],
        (715, "retry"),
        (716, "auth"),
        (718, "auth"),
    ],
)
def test_the_code_on_the_page_decides(code: int, outcome: str) -> None:
    assert web(PAGE.format("4155552671", code)).outcome == outcome


def test_a_record_that_was_there_is_a_duplicate() -> None:
    assert web(PAGE.format("4155552671", 603)).code == "duplicate"


def test_too_many_requests_wait_a_minute() -> None:
    judgement = web(PAGE.format("4155552671", 715))

    assert judgement.retry_after_seconds == 60
    assert judgement.message == "Five9: Said so (error 715)."


def test_an_answer_in_text_is_read_too() -> None:
    assert web("F9errCode=0&F9errDesc=Done").outcome == "success"
    assert web("F9errCode=718&F9errDesc=Not found").message == (
        "Five9: Not found (error 718)."
    )


def test_what_a_lead_typed_does_not_stand_in_for_the_result() -> None:
    forged = '1"><INPUT id="F9errCode" name="F9errCode" value="0'

    assert web(PAGE.format(forged, 718)).outcome == "auth"


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (200, "<html>Welcome</html>", "retry"),
        (200, "", "retry"),
        (500, PAGE.format("1", 0), "retry"),
        (401, "<html>", "auth"),
        (404, "<html>", "permanent"),
    ],
)
def test_a_page_without_a_result_goes_by_its_status(
    status: int, text: str, outcome: str
) -> None:
    assert web(text, status).outcome == outcome


def test_what_is_unclear_is_not_repeated_when_it_would_be_called_twice() -> None:
    job = job_of("w2c", CALLED_AT_ONCE)

    assert FIVE9.classify(make_response(200, ""), job).outcome == "ambiguous"
    assert FIVE9.classify(make_response(500, ""), job).outcome == "ambiguous"
    assert soap(fault("ServerException"), 500, **CALLED_AT_ONCE).outcome == "ambiguous"
    assert (
        soap(fault("ServiceUnavailableException"), 500, **CALLED_AT_ONCE).outcome
        == "retry"
    )


@pytest.mark.parametrize(
    ("exception", "outcome"),
    [
        ("ServiceUnavailableException", "retry"),
        ("OperationsLimitExceededException", "retry"),
        ("ConcurrentModificationException", "retry"),
        ("ServerException", "retry"),
        ("InternalImportException", "retry"),
        ("ImportCancelledException", "retry"),
        ("AdminSessionClosedException", "retry"),
        ("UserAlreadyLoggedInException", "retry"),
        ("InvalidAccountException", "auth"),
        ("AccessDisallowedException", "auth"),
        ("AuthProfileNotFoundException", "auth"),
        ("ListNotFoundException", "permanent"),
        ("CrmFieldNotFoundException", "permanent"),
        ("InvalidImportDataException", "permanent"),
        ("IncorrectArgumentException", "permanent"),
        ("MissedArgumentException", "permanent"),
        ("UnheardOfException", "retry"),
    ],
)
def test_the_name_of_a_fault_decides(exception: str, outcome: str) -> None:
    assert soap(fault(exception), 500).outcome == outcome


def test_a_fault_is_told_in_five9_s_words() -> None:
    judgement = soap(fault("ListNotFoundException"), 500)

    assert judgement.message == "Five9: No (ListNotFoundException)."
    assert judgement.code == "five9_ListNotFoundException"


def test_a_result_without_errors_is_a_success_with_its_counts() -> None:
    judgement = soap(result(uploadErrorsCount="0", listRecordsInserted="1"))

    assert judgement.outcome == "success"
    assert judgement.findings == {"listRecordsInserted": "1"}


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        ({"success": "true", "uploadErrorsCount": "1"}, "permanent"),
        ({"uploadErrorsCount": "0", "failureMessage": "Broken"}, "permanent"),
        ({"success": "true"}, "retry"),
        ({"uploadErrorsCount": "many"}, "retry"),
    ],
)
def test_the_flag_success_alone_proves_nothing(
    texts: dict[str, str], outcome: str
) -> None:
    assert soap(result(**texts)).outcome == outcome


def test_the_trouble_with_a_record_is_told() -> None:
    trouble = "<kind>ParseError</kind><troubleMessage>Bad number</troubleMessage>"

    judgement = soap(result(importTroubles=trouble, uploadErrorsCount="1"))

    assert judgement.message == "Five9 did not add the record: Bad number."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_document_that_defines_entities_is_not_read(encoding: str) -> None:
    text = '<!DOCTYPE a [<!ENTITY b "c">]>' + ENVELOPE.format(
        result(uploadErrorsCount="0")
    )
    response = make_response(200)
    object.__setattr__(response, "body", text.encode(encoding))

    assert FIVE9.classify(response, job_of("soap")).outcome == "retry"
