"""One collection for each case report form: list, read, create, correct. All stored through save_form."""

import re

from django.db.models import Value
from django.http import Http404
from rest_framework.response import Response

from registry.access.permissions import Permission
from registry.actions.forms import StaleVersionError
from registry.api import changes
from registry.api.base import PAGING, RestView, bad_parameter, entity_tags, tagged
from registry.api.changes import as_of, tombstone
from registry.api.cursors import carried, page_of
from registry.api.form_serializer import SERIALIZER_OF, address_of, refused, tag_of, withheld_from
from registry.api.idempotency import create_once
from registry.api.problems import Problem, entry
from registry.api.stream_columns import shape_of
from registry.api.streams import RENDERERS, behind, refuse_after, stream
from registry.fields import HospitalNumber
from registry.models import Case, HistoryEvent, Patient

CASE_NUMBER = re.compile(r"[A-Z]{3}-\d{4}", re.ASCII)


class FormView(RestView):
    """A view of the rows of one form model, `form_class`."""

    form_class: type

    def get_serializer_class(self):
        """The form's serializer, for reading, writing and the OpenAPI document."""
        return SERIALIZER_OF[self.form_class]

    def in_json(self, found, **words):
        """A serializer of these rows, or of what was sent, for this person."""
        return self.get_serializer_class()(found, context={"person": self.request.user}, **words)

    def rows(self):
        """The rows this person may see. After a withdrawal of consent only the registration is there, and in no list."""
        rows = self.form_class.objects.visible_to(self.request.user).select_related("case", "site")
        return rows if self.form_class is Patient else rows.not_withdrawn()

    def row(self, number, key):
        """The row at this address; a foreign one answers like one that does not exist."""
        names = [name for name in (self.form_class.of_course and "course_no", self.form_class.key_item) if name]
        parts = key.split(".")
        if len(parts) != max(len(names), 1) or (not names and key != "1"):
            raise Http404
        found = self.rows().filter(case__number=number, **dict(zip(names, parts, strict=False))).first()
        if found is None or found.key != key:
            raise Http404
        return found

    def answer(self, form):
        """A stored form under its entity tag."""
        return tagged(self.request, self.in_json(form).data, tag_of(form))


class FormCollection(FormView):
    """All rows of one form, over all cases that the person may see."""

    rights = {"GET": Permission.CASE_READ, "POST": Permission.FORM_WRITE}
    renderer_classes = RENDERERS
    parameters = ("case", "changed_since", "after", *PAGING)

    def get(self, request):
        """A page of rows, or all of them as a stream, in order of entry; `case` narrows it to one case, `changed_since` to what is new."""
        mark, since = carried(request, "as_of") or as_of(), changes.since(request)
        rows = since.of(self.gone_too(), self.form_class.form_name) if since else self.listed()
        if "case" in request.query_params:
            rows = rows.filter(case__number=case_number(request.query_params["case"]))
        if request.accepted_renderer.format != "json":
            rows, shape = behind(rows, request, self.place), shape_of(self.form_class, request.user)
            return stream(request, shape, rows, case="case_id", since=since, as_of=mark)
        refuse_after(request)
        found, following = page_of(rows, request, as_of=mark)
        serializer = self.in_json(None)  # one for all rows: making its fields costs more than a row
        results = [tombstone(row) if row.is_gone else serializer.to_representation(row) for row in found]
        return Response({"results": results, "next": following, "as_of": mark})

    def place(self, address):
        """The id of the row that “after” names: case number/key."""
        number, _slash, key = address.partition("/")
        if not CASE_NUMBER.fullmatch(number):
            return None
        rows = self.form_class.with_void.visible_to(self.request.user).filter(case__number=number)
        return next((row.pk for row in rows.order_by("-pk") if row.key == key), None)

    def listed(self):
        """The rows that are there."""
        return self.rows().not_withdrawn().annotate(is_gone=Value(False))

    def gone_too(self):
        """Those, and the rows that were taken away."""
        return changes.gone_too(self.form_class.with_void, self.request.user)

    def post(self, request):
        """A new form of the case named in the body; one row more of a repeating form."""
        return create_once(request, self.create, self.read)

    def create(self):
        """(response, what names the row)."""
        serializer = self.in_json(None, data=self.request.data)
        serializer.is_valid(raise_exception=True)
        case = self.case_of_body()
        try:
            form = serializer.enter(by=self.request.user, case=case, **self.course_of_body())
        except StaleVersionError as stale:
            raise Problem(
                "exists",
                f"{stale.theirs.form_name} {stale.theirs.key} of {case} is stored already. Correct it with PATCH.",
                headers={"Location": address_of(stale.theirs)},
                location=address_of(stale.theirs),
            ) from None
        return self.created(form), {"case": form.case.number, "form": form.form_name, "key": form.key}

    def read(self, made):
        """The response again, for a create that was repeated."""
        return self.created(self.row(made["case"], made["key"]))

    def created(self, form):
        """201 with the form, its address and its entity tag."""
        body = self.in_json(form).data
        return Response(body, 201, headers={"Location": address_of(form), "ETag": f'"{tag_of(form)}"'})

    def case_of_body(self):
        """The case that the body names."""
        number = self.request.data.get("case")
        if not isinstance(number, str) or not CASE_NUMBER.fullmatch(number):
            detail = "case must be the number of the case, for example KYO-0001."
            rule = f"{self.form_class.form_name}.case.wrong_type"
            raise refused(
                [entry("case", "wrong_type", detail, rule=rule, found=number, allowed="a case number such as KYO-0001")]
            )
        return Case.objects.visible_to(self.request.user).or_404(number)

    def course_of_body(self):
        """The course that the body names, for a form that belongs to one."""
        if not self.form_class.of_course or "course_no" not in self.request.data:
            return {}
        course = self.request.data["course_no"]
        if isinstance(course, bool) or not isinstance(course, int) or not 1 <= course <= 9:
            rule = f"{self.form_class.form_name}.course_no.hard_range"
            raise refused(
                [
                    entry(
                        "course_no",
                        "hard_range",
                        "course_no must be 1 to 9.",
                        rule=rule,
                        found=course,
                        allowed="1 to 9",
                    )
                ]
            )
        return {"course_no": course}


class FormDetail(FormView):
    """One stored form."""

    rights = {"GET": Permission.CASE_READ, "PATCH": Permission.FORM_WRITE}

    def get(self, request, number, key):
        """The form as stored now."""
        return self.answer(self.row(number, key))

    def patch(self, request, number, key):
        """Correct the answers in the body and leave the others. If-Match names the version that was read."""
        form = self.row(number, key)
        self.check_seen(form)
        serializer = self.in_json(form, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        seen = form.version
        try:
            return self.answer(serializer.correct(by=request.user))
        except StaleVersionError as stale:
            raise stale_problem(stale.theirs, seen, request.user) from None

    def check_seen(self, form):
        """Raise unless If-Match holds the form's tag of now."""
        tags = entity_tags(self.request.headers.get("If-Match", ""))
        if not tags:
            raise Problem("if_match_missing")
        if tag_of(form) not in tags:
            mark = tag_of(form).rpartition("-")[0]
            seen = [re.fullmatch(rf"{mark}-(\d{{1,9}})", tag, re.ASCII) for tag in tags]
            raise stale_problem(form, max((int(one[1]) for one in seen if one), default=None), self.request.user)


def case_number(text):
    """A case number given as a parameter."""
    if not CASE_NUMBER.fullmatch(text):
        raise bad_parameter("case", text, "a case number such as KYO-0001")
    return text


def stale_problem(form, seen, person):
    """412 with who changed what since version `seen`; without changes if `seen` never was a version of this form."""
    known = seen is not None and seen < form.version
    since = f"since version {seen}" if known else "and your tag is not one of its versions"
    return Problem(
        "stale",
        f"{form.form_name} {form.key} of {form.case.number} is at version {form.version} now, {since}.",
        errors=[entry("", "stale", "The version in If-Match is not the stored one.", rule=f"{form.form_name}.version")],
        headers={"ETag": f'"{tag_of(form)}"'},
        current={"etag": f'"{tag_of(form)}"', "version": form.version},
        changes=changes_since(form, seen, person) if known else [],
    )


def changes_since(form, seen, person):
    """What the saves after version `seen` changed, oldest first. Each save is one transaction of the history."""
    events, saves = [], []
    for event in HistoryEvent.objects.filter(form=form.form_name, row_id=form.pk).order_by("-pk").iterator():
        if event.transaction not in saves:
            saves.append(event.transaction)
        if len(saves) > form.version - seen:
            break
        events.append(event)
    return [change(form, event, person) for event in reversed(events)]


def change(form, event, person):
    """One changed item as JSON; a hospital number's hash is not shown, what names a patient not by every token."""
    is_hidden = event.item in hidden_from(person, form)
    return {
        "at": event.at.isoformat(),
        "by": event.actor,
        "role": event.role,
        "reason": event.reason,
        "item": event.item,
        "old": None if is_hidden else event.old,
        "new": None if is_hidden else event.new,
    }


def hidden_from(person, form):
    """Columns of the form whose stored values this person is not shown."""
    hashed = {field.name for field in form._meta.local_fields if isinstance(field, HospitalNumber)}
    return hashed | withheld_from(person, form)
