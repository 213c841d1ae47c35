"""A form model → its entry form, laid out in sections: typed answers in, one action's answers out."""

from registry.entry.aloud import read_aloud, say_answer
from registry.entry.form import EntryForm
from registry.entry.questions import sections

__all__ = ["EntryForm", "read_aloud", "say_answer", "sections"]
