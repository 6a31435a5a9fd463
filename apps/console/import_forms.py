"""The forms of an import: the file, and which column holds what."""

import io
from typing import Any, BinaryIO

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Advertiser
from apps.accounts.zones import zone_choices
from apps.core.adminkit.selects import LongSelect
from apps.core.adminkit.showing import NOTHING
from apps.events.models import OfferEventField
from apps.ingest.importing.mapping import (
    FIELDS,
    Field,
    guess_columns,
    guess_kept,
    keepable,
    labels_of,
    remembered,
    what_is_missing,
)
from apps.ingest.importing.reading import ENCODINGS, MAX_BYTES, MAX_ROWS
from apps.ingest.importing.storing import Upload
from apps.ingest.models import Import, ImportKind
from apps.offers.models import Offer, Project
from apps.tracking.statuses import ConversionStatus

PASTED_MAX_LENGTH = 500_000
GUESS = ("", _("guess it"))
SCOPE = ("offer", "project", "advertiser")
SETTINGS = ("time_zone", "date_order", "decimal_mark", "is_history")
NOT_THERE = ("", _("(not in the file)"))
FIXED_MAX_LENGTH = 200


class UploadForm(forms.Form):
    """A file, or what somebody copied from a sheet."""

    kind = forms.ChoiceField(label=_("What the rows are"), choices=ImportKind.choices)
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=format_lazy(
            _(
                "CSV with headings in its first row: at most {rows} rows and {size} "
                "MB. Choose it, or drag it here."
            ),
            rows=f"{MAX_ROWS:,}",
            size=MAX_BYTES // 1024**2,
        ),
    )
    pasted = forms.CharField(
        label=_("Or paste the rows"),
        required=False,
        max_length=PASTED_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("Copied from a spreadsheet, with the headings."),
    )
    has_headings = forms.BooleanField(
        label=_("The first row has headings"), required=False, initial=True
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=[GUESS, *ENCODINGS.items()]
    )
    delimiter = forms.ChoiceField(
        label=_("Cells are separated by"),
        required=False,
        choices=[
            GUESS,
            (",", _("a comma")),
            (";", _("a semicolon")),
            ("\t", _("a tabulator")),
            ("|", _("a vertical bar")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the one or the other."""
        cleaned = super().clean() or self.cleaned_data
        if "file" in self.errors or "pasted" in self.errors:
            return cleaned
        if bool(cleaned.get("file")) == bool(cleaned.get("pasted", "").strip()):
            self.add_error(
                "file", gettext("Choose a file or paste rows: one of the two.")
            )
        return cleaned

    @property
    def upload(self) -> Upload:
        """What is to be read."""
        given = self.cleaned_data
        how = {name: given[name] for name in ("encoding", "delimiter", "has_headings")}
        if given["file"]:
            file: BinaryIO = given["file"].file
            return Upload(file, given["file"].name, given["file"].size, **how)
        data = given["pasted"].encode()
        how["encoding"] = "utf-8-sig"
        return Upload(io.BytesIO(data), gettext("pasted rows"), len(data), **how)


class MappingForm(forms.Form):
    """Which column holds which field, and how its cells are written."""

    offer = forms.ModelChoiceField(
        Offer.objects.order_by("name"),
        label=_("Only rows of the offer"),
        required=False,
        help_text=_("Clicks without a column of offers all belong to it."),
    )
    project = forms.ModelChoiceField(
        Project.objects.order_by("name"),
        label=_("Only rows of the project"),
        required=False,
    )
    advertiser = forms.ModelChoiceField(
        Advertiser.objects.order_by("name"),
        label=_("Only rows of the advertiser"),
        required=False,
    )
    time_zone = forms.ChoiceField(
        label=_("Times without a zone are of"), choices=zone_choices, widget=LongSelect
    )
    date_order = forms.ChoiceField(
        label=_("Dates are written"),
        choices=Import._meta.get_field("date_order").choices or (),  # noqa: SLF001 - Django's documented model API
    )
    decimal_mark = forms.ChoiceField(
        label=_("Amounts are written with"),
        choices=Import._meta.get_field("decimal_mark").choices or (),  # noqa: SLF001 - as above
    )
    is_history = forms.BooleanField(
        label=_("History: tell nobody"),
        required=False,
        help_text=_(
            "What happened long ago is stored and attributed; no postback is sent, "
            "and the age of a click is no reason to refuse."
        ),
    )

    def __init__(self, job: Import, data: Any = None) -> None:
        """Make a field for every field of a report, filled with what is guessed."""
        super().__init__(data, initial=_initial(job))
        self.job = job
        labels = labels_of(job.headings)
        columns = [NOT_THERE, *((str(n), label) for n, label in enumerate(labels))]
        own: dict[str, forms.Field] = {}
        for field in FIELDS[job.kind]:
            own[f"column_{field.name}"] = _column(field, columns)
            if field.may_be_fixed:
                own[f"fixed_{field.name}"] = _fixed(field)
        choices = [(str(place), labels[place]) for place in keepable(job.headings)]
        if choices and job.kind != ImportKind.STATUSES:
            own["kept"] = forms.MultipleChoiceField(
                label=_("Keep as parameters"),
                required=False,
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
                help_text=_(
                    "Custom fields, sub ids and the like, under their headings. They "
                    "are stored with each event: tick nothing that identifies people."
                ),
            )
        self.fields = {**own, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Name what is missing."""
        cleaned = super().clean() or self.cleaned_data
        if sum(bool(cleaned.get(name)) for name in SCOPE) > 1:
            self.add_error(
                "offer",
                gettext("Choose an offer, a project or an advertiser, not several."),
            )
        missing = what_is_missing(
            self.job.kind, self._columns(), self._fixed(), cleaned.get("offer")
        )
        if missing and not self.errors:
            raise forms.ValidationError(missing)
        return cleaned

    def fill(self) -> Import:
        """Put what was chosen into the import; it is not stored yet."""
        job, given = self.job, self.cleaned_data
        job.columns, job.fixed = self._columns(), self._fixed()
        kept = [int(place) for place in given.get("kept", ())]
        job.kept = [place for place in kept if place not in job.columns.values()]
        for name in (*SCOPE, *SETTINGS):
            setattr(job, name, given[name])
        return job

    def _columns(self) -> dict[str, int]:
        return {name: int(text) for name, text in self._given("column_").items()}

    def _fixed(self) -> dict[str, str]:
        return self._given("fixed_")

    def _given(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): text.strip()
            for name, text in self.cleaned_data.items()
            if name.startswith(prefix) and text.strip()
        }


def _column(field: Field, columns: list[Any]) -> forms.Field:
    label = str(field.label)
    # A value that is the same for all rows will do as well.
    if field.is_required and not field.may_be_fixed:
        label = gettext("%(field)s (required)") % {"field": label}
    return forms.ChoiceField(
        label=label,
        choices=columns,
        required=field.is_required and not field.may_be_fixed,
    )


def _fixed(field: Field) -> forms.Field:
    label = gettext("%(field)s, where the column is empty") % {"field": field.label}
    if field.name == "status":
        return forms.ChoiceField(
            label=label,
            required=False,
            choices=[("", NOTHING), *ConversionStatus.choices],
        )
    return forms.CharField(label=label, required=False, max_length=FIXED_MAX_LENGTH)


def _initial(job: Import) -> dict[str, Any]:
    """Return what was chosen before: for this file, for the last alike, or guessed."""
    known = job if job.columns else remembered(job)
    if known is None:
        names = frozenset(OfferEventField.objects.values_list("name", flat=True))
        columns = guess_columns(job.kind, job.headings)
        kept = guess_kept(job.headings, columns, names)
        return {**_places(columns), "kept": kept, "time_zone": job.time_zone}
    return {
        **_places(known.columns),
        **{f"fixed_{name}": text for name, text in known.fixed.items()},
        "kept": known.kept,
        **{name: getattr(known, name) for name in (*SCOPE, *SETTINGS)},
    }


def _places(columns: dict[str, int]) -> dict[str, str]:
    return {f"column_{name}": str(place) for name, place in columns.items()}
