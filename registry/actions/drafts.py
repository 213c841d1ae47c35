"""What somebody typed into a form and did not save, kept for that person alone. Not a record: it has no history and goes with the save."""

import re

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import person_scope
from registry.actions.once import wait_for_twin, was_done
from registry.fields import HospitalNumber
from registry.models import Case, Draft

MOST_CHARACTERS = 100_000  # of one draft; the longest form with its longest texts has half of that
COMPANIONS = ("", "_mr", "_oth")
REPLY = re.compile(r"query_\d{1,15}_(kind|text)", re.ASCII)  # an answer to a query, typed on the page of its form


class OtherDraftError(Exception):
    """Another window keeps a draft of the same form, which this one has not seen."""


@transaction.atomic
def keep_draft(form, typed, *, by, seen_version, page="", seen_draft=""):
    """Keep what was typed into `form`, in the place of the draft that the page has seen. Returns the Draft.

    form         a form model's instance with its case set, stored or not; a locked form too, since nothing is written to it
    typed        (name, text) pairs as the page sends them; other names than the form's are left out, and so is a hospital number
    seen_version the version over which it was typed
    page         name of the open page, under which its save is done once: a message that comes after its save keeps nothing
    seen_draft   stamp of the draft that the page shows or kept last
    Returns None if the page was saved. Raises PermissionDenied, OtherDraftError, or ValidationError if it is too long.
    """
    names = draft_names(form)
    kept = [[name, text] for name, text in typed if name in names or REPLY.fullmatch(name)]
    if sum(len(name) + len(text) for name, text in kept) > MOST_CHARACTERS:
        raise ValidationError(_("too long to be kept as a draft; kept in this tab only"), code="too_long")
    with person_scope(by):
        if not by.may(Permission.FORM_WRITE) or not Case.objects.visible_to(by).filter(pk=form.case_id).exists():
            raise PermissionDenied
        if page:
            wait_for_twin(by=by, key=f"page:{page}")  # the page's save
            if was_done(by=by, key=f"page:{page}"):
                return None
        draft = _of(form, by).first() or _new(form, by)
        if draft.pk and not _is_of(draft, page, seen_draft):
            raise OtherDraftError
        draft.version, draft.typed, draft.saved_at = seen_version, [["page", page], *kept], timezone.now()
        try:
            with transaction.atomic():
                draft.save()
        except IntegrityError:  # another window was first
            raise OtherDraftError from None
    return draft


@transaction.atomic
def drop_draft(form, *, by, page=None, seen_draft=""):
    """Throw the person's draft of `form` away, if there is one; with `page`, only if that page wrote or showed it."""
    with person_scope(by):
        draft = _of(form, by).first()
        if draft and (page is None or _is_of(draft, page, seen_draft)):
            draft.delete()


def draft_of(form, *, by):
    """The person's draft of `form`, or None."""
    return _of(form, by).first()


def draft_names(form):
    """Names of the controls whose text is kept. The hospital number is never kept as it is typed."""
    open_items = [
        name
        for name, item in form.items().items()
        if not item.key and not isinstance(form._meta.get_field(name), HospitalNumber)
    ]
    return {"reason", "copied", *(name + companion for name in open_items for companion in COMPANIONS)}


def draft_key(form):
    """What tells the form's draft from the person's other drafts of the case: the row's key, or for a new row that of its course."""
    if form.pk or not form.key_item:
        return form.key
    return f"{form.course_no}." if form.of_course and form.course_no != 1 else ""


def stamp(draft):
    """What tells this state of a draft from its earlier and later ones."""
    return draft.saved_at.isoformat() if draft else ""


def _is_of(draft, page, seen_draft):
    """Whether this state of the draft was written or seen by the page."""
    return stamp(draft) == seen_draft or (bool(page) and ["page", page] in draft.typed)


def _of(form, by):
    return Draft.objects.filter(person=by, case=form.case_id, form=form.form_name, key=draft_key(form))


def _new(form, by):
    return Draft(person=by, case_id=form.case_id, site_id=form.case.site_id, form=form.form_name, key=draft_key(form))
