"""Five9's Configuration Web Services v13: envelopes out, results and faults in.

Source: https://github.com/Five9DeveloperProgram/Five9-Configuration-Webservices-API-Samples
(config_webservices_v13.wsdl, read 2026-11-20). Elements below the operation have no
namespace, and their order is fixed.
"""

from typing import Final
from xml.etree import ElementTree as ET

from apps.actions.contract import Judgement, Outcome, PermanentError
from apps.actions.five9_record import Record
from apps.core.encoding import xml_text
from apps.core.http import Response

PATH: Final = "/wsadmin/v13/AdminWebService"
HEADERS: Final = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
ENVELOPE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:ser="http://service.admin.ws.five9.com/"><soapenv:Header/><soapenv:Body>'
    "{}</soapenv:Body></soapenv:Envelope>"
)
LISTS_INFO: Final = ENVELOPE.format("<ser:getListsInfo/>").encode()

# Refused before anything was done.
BUSY: Final = frozenset(
    (
        *("ServiceUnavailableException", "OperationsLimitExceededException"),
        *("ConcurrentModificationException", "AdminSessionClosedException"),
        "UserAlreadyLoggedInException",
    )
)
# It broke while it worked: the record may be in the list.
BROKEN: Final = frozenset(
    ("ServerException", "InternalImportException", "ImportCancelledException")
)
NO_ACCESS: Final = frozenset(
    (
        *("InvalidAccountException", "AccessDisallowedException"),
        "AuthProfileNotFoundException",
    )
)
WRONG: Final = frozenset(
    (
        *("ListNotFoundException", "CrmFieldNotFoundException"),
        *("InvalidImportDataException", "IncorrectArgumentException"),
        "MissedArgumentException",
    )
)
FOUND: Final = ("crmRecordsInserted", "crmRecordsUpdated", "listRecordsInserted")
MAX_TROUBLE_LENGTH: Final = 500


def envelope(record: Record) -> bytes:
    """Return the request that adds ``record`` and leaves the rest of the list alone.

    Raises ``PermanentError`` for a time to call, which the operation does not take.
    """
    if record.time_to_call:
        raise PermanentError(
            "The SOAP API takes no time to call. Empty the field, or use a connection "
            "with Web2Campaign."
        )
    columns = "".join(
        f"<fieldsMapping><columnNumber>{number}</columnNumber><fieldName>"
        f"{xml_text(name)}</fieldName><key>{_flag(name in record.keys)}</key>"
        "</fieldsMapping>"
        for number, (name, _) in enumerate(record.fields, start=1)
    )
    values = "".join(
        f"<fields>{xml_text(value)}</fields>" for _, value in record.fields
    )
    # cleanListBeforeUpdate would empty the list: it is false, whatever is asked for.
    return ENVELOPE.format(
        f"<ser:addRecordToList><listName>{xml_text(record.list_name)}</listName>"
        f"<listUpdateSettings><allowDataCleanup>true</allowDataCleanup>{columns}"
        "<skipHeaderLine>false</skipHeaderLine>"
        f"<callNowMode>{'ANY' if record.calls_at_once else 'NONE'}</callNowMode>"
        "<cleanListBeforeUpdate>false</cleanListBeforeUpdate>"
        "<crmAddMode>ADD_NEW</crmAddMode><crmUpdateMode>"
        f"{'UPDATE_FIRST' if record.updates_contact else 'DONT_UPDATE'}"
        "</crmUpdateMode><listAddMode>ADD_FIRST</listAddMode></listUpdateSettings>"
        f"<record>{values}</record></ser:addRecordToList>"
    ).encode()


def judge_envelope(response: Response, *, is_repeatable: bool) -> Judgement | None:
    """Return what a result or a fault means; None when the answer is neither.

    Faults come with status 500. ``is_repeatable`` as in ``judging.judge_status``.
    """
    root = _parsed(response.body)
    if root is None:
        return None
    fault = _first(root, "Fault")
    if fault is not None:
        return _judge_fault(fault, is_repeatable=is_repeatable)
    result = _first(root, "return")
    if result is None or response.status_code != 200:
        return None
    return _judge_result(result)


def fault_text(response: Response) -> str:
    """Return the words of a fault, or ""."""
    root = _parsed(response.body)
    fault = None if root is None else _first(root, "Fault")
    return "" if fault is None else _text(fault, "faultstring")


def _judge_fault(fault: ET.Element, *, is_repeatable: bool) -> Judgement | None:
    name = _exception(fault)
    said = _text(fault, "faultstring").rstrip(".") or "no description"
    message, code = f"Five9: {said} ({name}).", f"five9_{name}"
    if name in BUSY:
        return Judgement(Outcome.RETRY, message, code)
    if name in BROKEN:
        outcome = Outcome.RETRY if is_repeatable else Outcome.AMBIGUOUS
        return Judgement(outcome, message, code)
    if name in NO_ACCESS:
        return Judgement(Outcome.AUTH, message, code)
    return Judgement(Outcome.PERMANENT, message, code) if name in WRONG else None


def _judge_result(result: ET.Element) -> Judgement | None:
    """Judge by errors and failures: the flag ``success`` alone is not to be trusted."""
    errors = _text(result, "uploadErrorsCount")
    failure = _text(result, "failureMessage")
    if not errors.isdecimal():
        return None
    if int(errors) or failure:
        troubles = [_text(trouble, "troubleMessage") for trouble in _troubles(result)]
        why = "; ".join(filter(None, [failure, *troubles])) or "it did not say why"
        message = f"Five9 did not add the record: {why[:MAX_TROUBLE_LENGTH]}."
        return Judgement(Outcome.PERMANENT, message, "not_imported")
    texts = {name: _text(result, name) for name in FOUND}
    found = {name: text for name, text in texts.items() if text}
    message = "Five9 took the record."
    return Judgement(Outcome.SUCCESS, message, "added", findings=found)


def _troubles(result: ET.Element) -> list[ET.Element]:
    return [element for element in result if _local(element) == "importTroubles"]


def _exception(fault: ET.Element) -> str:
    """Return the name of what is in ``detail``: "ListNotFoundException", or ""."""
    detail = _first(fault, "detail")
    inside = [] if detail is None else list(detail)
    return _local(inside[0]) if inside else ""


def _parsed(body: bytes) -> ET.Element | None:
    """Return the document; None when it is none, or could define entities.

    No other encoding hides what is looked for: it would show as zero bytes, from which
    the parser guesses UTF-16 even in text.
    """
    try:
        text = body.decode("utf-8-sig")
        if any(sign in text for sign in ("<!DOCTYPE", "<!ENTITY", "\0")):
            return None
        return ET.fromstring(text)  # noqa: S314 - no entities get here
    except (UnicodeDecodeError, ET.ParseError):
        return None


def _first(root: ET.Element, name: str) -> ET.Element | None:
    return next((found for found in root.iter() if _local(found) == name), None)


def _text(parent: ET.Element, name: str) -> str:
    found = next((child for child in parent if _local(child) == name), None)
    return "" if found is None else (found.text or "").strip()


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _flag(is_on: bool) -> str:
    return "true" if is_on else "false"
