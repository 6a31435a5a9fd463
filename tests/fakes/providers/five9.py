"""Five9's two ways into a list: Web2Campaign and the SOAP API."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from tests.fakes.provider import Answer, Asked, FakeProvider, text_answer

WEB, SOAP = "/web2campaign/AddToList", "/wsadmin/v13/AdminWebService"
USER, PASSWORD = "admin@acme.example", "canary-five9-password"
OPTIONS = ("F9updateCRM", "F9CallASAP", "F9retResults", "F9TimeToCall", "F9TimeFormat")
DESCRIPTIONS = {
    0: "The request was successfully processed",
    600: "Field does not exist in the CRM table",
    602: "Record existed in the CRM and was added to the list",
    603: "Record is already in the list and was not added",
    700: "Missing required field",
    710: "Time format is required",
    712: "Invalid key field name",
    714: "Invalid format of a field",
    718: "Domain is not found",
}
ROW = (
    '<TR><TD>{0}:</TD><TD><INPUT readonly id="{0}" name="{0}" value="{1}" size="10">'
    "</TD></TR>"
)
PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"><HTML><HEAD><title>'
    'WebToCampaign Response</title><META http-equiv="Content-Type"   content="text/html"'
    "></HEAD><BODY><h1>Inputs:</h1><FORM><TABLE>{inputs}</TABLE><BR><h1>Result:</h1>"
    "<TABLE><TR><TD>Error Code:</TD><TD><INPUT readonly "
    'id="F9errCode" name="F9errCode" value="{code}" size="10"></TD></TR><TR><TD>Error '
    'Decription:</TD><TD><INPUT readonly id="F9errDesc" name="F9errDesc" '
    'value="{description}" size="38"></TD></TR></TABLE></FORM></BODY></HTML>\r\n'
)
ENVELOPE = (
    "<env:Envelope xmlns:env='http://schemas.xmlsoap.org/soap/envelope/'><env:Body>{}"
    "</env:Body></env:Envelope>"
)
BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"


class Five9(FakeProvider):
    """Keeps contacts and lists; what is put on a list is an effect."""

    name: ClassVar = "five9"
    accepts: ClassVar = {
        "domain": "Acme Corp",
        "username": USER,
        "password": PASSWORD,
        "needs_basic": False,
        "lists": ["Hot Leads", "Hot & Cold"],
        "fields": [
            *("number1", "number2", "number3", "first_name", "last_name", "email"),
            *("street", "city", "state", "zip", "Call Date"),
        ],
    }

    def reset(self) -> None:
        super().reset()
        self.contacts: set[tuple[str, ...]] = set()
        self.members: set[tuple[str, tuple[str, ...]]] = set()

    def answer(self, asked: Asked) -> Answer:
        if asked.path == SOAP and asked.method == "POST":
            return self._soap(asked)
        if asked.path == WEB and asked.method in ("GET", "POST"):
            return self._web(asked)
        return text_answer("<html>Not Found</html>", 404, "text/html")

    def _is_known(self, asked: Asked) -> bool:
        return asked.basic() == (self.config["username"], self.config["password"])

    def _add(self, list_name: str, record: dict[str, str], keys: Iterable[str]) -> int:
        """Put the record on the list, unless it is there; return the code."""
        key = tuple(record.get(name, "") for name in keys)
        if (list_name, key) in self.members:
            return 603
        code = 602 if key in self.contacts else 0
        self.contacts.add(key)
        self.members.add((list_name, key))
        self.effects.append({"list": list_name, **record})
        return code

    def _web(self, asked: Asked) -> Answer:
        is_asked_for = self.config["needs_basic"] or "Authorization" in asked.headers
        if is_asked_for and not self._is_known(asked):
            return text_answer("<html>Unauthorized</html>", 401, "text/html")
        sent = list(asked.query.items())
        if asked.method == "POST":
            sent = parse_qsl(asked.body.decode(), keep_blank_values=True)
        given = dict(sent)
        record = {n: v for n, v in sent if not n.startswith("F9")}
        keys = [value for name, value in sent if name == "F9key"] or ["number1"]
        code = self._web_mistake(given, record, keys)
        if code is None:
            code = self._add(given["F9list"], record, keys)
        rows = "".join(ROW.format(escape(n), escape(v)) for n, v in sent)
        return text_answer(
            PAGE.format(inputs=rows, code=code, description=DESCRIPTIONS[code]),
            content_type="text/html",
        )

    def _web_mistake(
        self, given: dict[str, str], record: dict[str, str], keys: list[str]
    ) -> int | None:
        fields = set(self.config["fields"])
        mistakes = {
            718: given.get("F9domain") != self.config["domain"],
            700: given.get("F9list") not in self.config["lists"]
            or not record.get("number1"),
            714: not re.fullmatch(r"[0-9]{1,16}", record.get("number1", "")),
            710: ("F9TimeToCall" in given) != ("F9TimeFormat" in given),
            600: bool(set(record) - fields),
            712: bool(set(keys) - fields),
        }
        return next((code for code, is_made in mistakes.items() if is_made), None)

    def _soap(self, asked: Asked) -> Answer:
        if not self._is_known(asked):
            return text_answer("<html>Unauthorized</html>", 401, "text/html")
        if asked.content_type != "text/xml" or "SOAPAction" not in asked.headers:
            return _xml(_fault("", "Unsupported media type"), 415)
        if b"<!DOCTYPE" in asked.body:
            return _xml(_fault("", "Document types are not allowed"), 500)
        operation = _operation(asked.body)
        if operation is None:
            return _xml(_fault("", "Couldn't parse the envelope"), 500)
        if operation.tag.endswith("}getListsInfo"):
            return _xml(self._lists_info())
        return self._add_record(operation)

    def _lists_info(self) -> str:
        lists = "".join(
            f"<return><name>{escape(name)}</name><size>0</size></return>"
            for name in self.config["lists"]
        )
        return f"<n:getListsInfoResponse xmlns:n='x'>{lists}</n:getListsInfoResponse>"

    def _add_record(self, operation: ET.Element) -> Answer:
        list_name = operation.findtext("listName", "")
        if operation.findtext("listUpdateSettings/cleanListBeforeUpdate") != "false":
            raise AssertionError(f"This would have wiped the list “{list_name}”.")
        columns = operation.findall("listUpdateSettings/fieldsMapping")
        names = [column.findtext("fieldName", "") for column in columns]
        values = [field.text or "" for field in operation.findall("record/fields")]
        record = dict(zip(names, values, strict=True))
        keys = [c.findtext("fieldName", "") for c in columns if _is_key(c)]
        if list_name not in self.config["lists"]:
            return _xml(_fault("ListNotFoundException", f"No list {list_name}"), 500)
        if set(names) - set(self.config["fields"]):
            return _xml(_fault("CrmFieldNotFoundException", "No such field"), 500)
        if not record.get("number1", "").isdecimal():
            return _xml(_import_result(errors=1, trouble="Invalid number"))
        code = self._add(list_name, record, keys)
        return _xml(_import_result(inserted=int(code != 603)))


def _operation(body: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(body).find(f"{BODY}/*")
    except ET.ParseError:
        return None


def _is_key(column: ET.Element) -> bool:
    return column.findtext("key") == "true"


def _import_result(errors: int = 0, inserted: int = 0, trouble: str = "") -> str:
    troubles = (
        "<importTroubles><kind>ParseError</kind><rowNumber>1</rowNumber>"
        f"<troubleMessage>{trouble}</troubleMessage></importTroubles>"
        if trouble
        else ""
    )
    counts: dict[str, Any] = {
        "success": "true",
        "uploadDuplicatesCount": 0,
        "uploadErrorsCount": errors,
        "warningsCount": 0,
        "callNowQueued": 0,
        "crmRecordsInserted": inserted,
        "crmRecordsUpdated": 0,
        "listRecordsDeleted": 0,
        "listRecordsInserted": inserted,
    }
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in counts.items())
    return (
        "<n:addRecordToListResponse xmlns:n='http://service.admin.ws.five9.com/'>"
        f"<return>{troubles}{inside}</return></n:addRecordToListResponse>"
    )


def _fault(exception: str, message: str) -> str:
    detail = (
        f"<n:{exception} xmlns:n='http://service.admin.ws.five9.com/'/>"
        if exception
        else ""
    )
    return (
        f"<env:Fault><faultcode>env:Server</faultcode><faultstring>{escape(message)}"
        f"</faultstring><detail>{detail}</detail></env:Fault>"
    )


def _xml(inside: str, status: int = 200) -> Answer:
    return text_answer(ENVELOPE.format(inside), status, "text/xml")
