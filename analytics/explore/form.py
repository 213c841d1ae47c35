"""The form of the choices: sections of fields with what is chosen, for one template. Values are kept as they were typed."""

from urllib.parse import urlencode

from django.utils.translation import gettext as _

from analytics import choices, item_words, phrases
from analytics.core.columns.column import AT_INFUSION, BASELINE, NUMBER, OUTCOME
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.columns.known import column_of
from analytics.core.endpoints.definitions import CLOCK_LABELS, ENDPOINTS, SET_LABELS
from analytics.core.items.asked import begun_by
from analytics.core.parts import PERIOD
from analytics.explore import choosing, words
from analytics.explore.answers import Hits, address_with, hits_of
from analytics.explore.endpoints import CLOCKS, RULES
from analytics.explore.form_fields import NUMBERS, RANGE, SELECT, Field, Fields, Form, Option, Section
from analytics.explore.grammar import FIRST_RULE, METHODS, TABLES, rules_of, usual_months
from analytics.explore.grammar import usual_population as population_of_table
from registry.models import Cohort


def form_of(address, problems=(), notes=(), found=None, cuts=()):
    """The form of an address. found: what the dataset holds, where that is needed; cuts: names of the cohort's data cuts."""
    build = Builder(address, [("bad", one) for one in problems] + [("warn", one) for one in notes], found, cuts)
    sections = [build.question(), build.patients(), build.method(), build.answers(), build.times()]
    return Form([one for one in sections if one.fields], build.elsewhere(sections), address.begun)


class Builder(Fields):
    """Makes the sections."""

    def elsewhere(self, sections):
        """Messages whose field is not on the page."""
        placed = set()
        for section in sections:
            for one in section.fields:
                placed |= {one.name, *(name for name, _value, _label in one.inputs)}
        others = []
        for parameter, kind, text in self.messages:
            if parameter not in placed:
                name = words.label_of(parameter)
                others.append((kind, f"{name}: {text}" if name else text))
        return others

    # Sections.

    def question(self):
        """Endpoint, clock, method, dataset."""
        fields = [self.select("cohort", [("", self.cohorts())], self.cohort), self.methods()]
        if self.method_word not in TABLES and not self.given("outcome"):
            fields += [self.rules(), self.clocks()]
        if self.cuts:
            named = [(f"cut:{one}", _("Data cut “{name}”").format(name=one)) for one in self.cuts]
            fields.append(
                self.select("data", [("", [("live", _("Live, always the newest revision")), *named])], "live")
            )
        return Section("question", _("What"), tuple(fields))

    def cohorts(self):
        names = dict(Cohort.objects.values_list("code", "name"))
        return [(code, _(names[code]) if names.get(code) else code) for code in FIRST_RULE]

    def methods(self):
        usual = [("", _("As usual for the endpoint"))] if self.method_word not in TABLES else []
        pairs = [*usual, *((word, str(words.METHODS[word])) for word in METHODS)]
        return self.select("method", [("", pairs)])

    def rules(self):
        families = {}
        for word in rules_of(self.cohort):
            families.setdefault(RULES[word].family, []).append((word, words.rule(word)))
        groups = [(phrases.label(family), pairs) for family, pairs in families.items()]
        if self.method_word == "proportion":
            groups.insert(0, ("", [("", _("None: what is counted is chosen below"))]))
            return self.select("endpoint", groups)
        return self.select("endpoint", groups, FIRST_RULE[self.cohort], note=self.rule_sentence())

    def rule_sentence(self):
        analysis = self.address.analysis
        return phrases.label(analysis.rule.print) if analysis and analysis.endpoint else ""

    def clocks(self):
        word = self.given("endpoint", FIRST_RULE[self.cohort])
        usual = words.clock(RULES[word].usual) if word in RULES else ""
        pairs = [("", _("As usual: {clock}").format(clock=usual) if usual else _("As usual"))]
        return self.select("since", [("", pairs + [(one, phrases.label(CLOCK_LABELS[CLOCKS[one]])) for one in CLOCKS])])

    def patients(self):
        """The set, the filters, and the choice of one more."""
        analysis = self.address.analysis
        endpoint = analysis.endpoint if analysis else ""
        usual = ENDPOINTS[endpoint].set if endpoint else population_of_table(self.cohort)
        pairs = [("", _("As usual: {set}").format(set=phrases.label(SET_LABELS[usual])))]
        pairs += [(name, phrases.label(label)) for name, label in SET_LABELS.items()]
        filtered = self.filtered()
        more = [self.select("add", self.by_time([one for one in self.addable() if one not in filtered]))]
        more = [
            Field(
                "add",
                _("Choose by one more"),
                SELECT,
                options=(("", [Option("", _("Choose a column"))]), *more[0].options),
            )
        ]
        fields = (self.select("population", [("", pairs)]), *(self.filter(column) for column in filtered), *more)
        n = len(set(filtered) - set(self.address.begun))
        summary = _("{n} chosen").format(n=n) if n else ""
        return Section(
            "patients", _("Which patients"), fields, summary, is_open=bool(filtered) or bool(self.given("population"))
        )

    def filtered(self):
        """Columns of the filters that are there or begun, those begun last."""
        named = {name.partition(".")[2] for name in self.words if name.startswith(("is.", "from.", "to."))}
        answers = sorted(column for column in named if column not in self.columns and choosing.choosable(column))
        known = [column for column in (PERIOD, *self.columns, *answers) if column in named]
        return [*known, *(one for one in self.address.begun if one not in known)]

    def addable(self):
        """What a filter may choose by: what is known before the clock, and for a table or proportion everything."""
        return [PERIOD, *(one for one in self.columns if self.may_split(one))]

    def may_split(self, column):
        analysis = self.address.analysis
        counts = self.method_word in (*TABLES, "proportion")
        known = column_of(column)
        if counts or known is None:
            return True
        clock = analysis.rule.clock if analysis and analysis.endpoint else "T0"
        return known.may_split(clock)

    def by_time(self, columns):
        """Columns under the heading of when they are known."""
        heads = {BASELINE: _("Before infusion"), AT_INFUSION: _("At infusion"), OUTCOME: _("After infusion")}
        groups = {head: [] for head in heads.values()}
        for column in columns:
            when = COLUMN_OF[column].when if column in COLUMN_OF else BASELINE
            groups[heads[when]].append((column, words.column_label(column)))
        return [(head, pairs) for head, pairs in groups.items() if pairs]

    def answers(self):
        """The search of all questions of the forms, and what it has found."""
        fields = (
            self.text("find", note=_("A word of the question, in English or Japanese, or its name. Then press Enter.")),
        )
        hits = hits_of(self) if self.address.find else Hits()
        return Section("answers", _("By any question of the forms"), fields, is_open=bool(self.address.find), hits=hits)

    def with_words(self, **changed):
        """The query of the address with a filter begun or another column that splits."""
        return address_with(self.words, **changed)

    def filter(self, column):
        if item := begun_by(column):
            values = [(code, item_words.code(item, label)) for code, label in item.levels]
            label = _("{question}: any of").format(question=item_words.question(item))
            return self.boxes(column, [("", values)], label=label, without=self.without(column))
        if column == PERIOD or choosing.is_number(column):
            names = f"from.{column}", f"to.{column}"
            inputs = tuple((name, self.given(name), words.label_of(name)) for name in names)
            label = words.column_label(column)
            known = column_of(column)
            unit = phrases.label(known.unit) if known and known.unit else ""
            note = (
                _("The month in which the clock starts, such as 2024 or 2024-03.")
                if column == PERIOD
                else self.in_data(column)
            )
            named = f"{label} ({unit})" if unit else label
            return Field(
                f"filter.{column}",
                named,
                RANGE,
                inputs=inputs,
                note=note,
                messages=self.of(*names),
                without=self.without(column),
            )
        name = f"is.{column}"
        values = [(value, phrases.label(label)) for value, label in choosing.levels(column)]
        if column in choosing.AS_FOUND:
            values = [(value, value) for value in (self.found.values.get(column, ()) if self.found else ())]
        return self.boxes(name, [("", values)], label=words.column_label(column), without=self.without(column))

    def without(self, column):
        """The query of the address without the filter of a column."""
        names = (f"is.{column}", f"from.{column}", f"to.{column}")
        pairs = [(name, value) for name, values in self.words.items() for value in values]
        kept = [(name, value) for name, value in pairs if name not in names and (name, value) != ("add", column)]
        return f"?{urlencode(kept)}"

    def in_data(self, column):
        ends = self.found.ranges.get(column) if self.found else None
        return _("In the data from {low} to {high}.").format(low=f"{ends[0]:g}", high=f"{ends[1]:g}") if ends else ""

    def method(self):
        """Groups, covariates, outcome, landmark: what the method asks for."""
        fields = []
        if self.knows("outcome"):
            fields += self.counted()
        if self.knows("exposure"):
            fields += self.exposures()
        if self.knows("covariate"):
            fields += self.covariates()
        if self.knows("group") and not self.given("exposure"):
            fields += self.groups()
        if self.knows("strata"):
            coded = [one for one in self.columns if not choosing.is_number(one) and self.may_split(one)]
            none = ("", [("", _("Not stratified"))])
            fields.append(self.select("strata", [none, *self.by_time(coded)]))
        if self.knows("p"):
            fields.append(self.boxes("p", [("", [("1", _("Compare the groups by tests"))])]))
        return Section("method", _("Compared how"), tuple(fields))

    def groups(self):
        listed = self.by_time([one for one in self.columns if self.may_split(one)])
        fields = [self.select("group", [("", [("", _("All together"))]), *listed])]
        column = self.given("group")
        if choosing.is_number(column) or self.given("cuts"):
            note = self.in_data(column) or _("Such as 10, or 10, 18.")
            fields.append(self.text("cuts", note=note))
        return fields

    def exposures(self):
        none = [("", _("Nothing: compare the groups"))] if self.method_word == "landmark" else [("", _("Choose"))]
        pairs = none + [(word, phrases.label(one.label)) for word, one in choosing.EXPOSURES.items()]
        day = [self.text("day", NUMBERS, note=_("Days after the clock starts; who left before is not counted."))]
        return (day if self.method_word == "landmark" else []) + [self.select("exposure", [("", pairs)])]

    def covariates(self):
        possible = [one for one in self.columns if choosing.is_covariate(one) and self.may_split(one)]
        chosen = [one for one in self.words.get("covariate", ()) if one in possible]
        fields = [self.boxes("covariate", self.by_time(possible))]
        fields += [self.term(COLUMN_OF[column]) for column in chosen]
        if len(chosen) > 1:
            pairs = [(column, words.column_label(column)) for column in chosen]
            ticked = self.words.get("together") or chosen
            fields.append(self.boxes("together", [("", pairs)], chosen=ticked))
        return fields

    def term(self, column):
        label = words.column_label(column.name)
        if column.kind == NUMBER:
            name = f"per.{column.name}"
            field_ = self.text(name, NUMBERS, f"{choosing.usual_per(column.name):g}")
            named = _("{column}: ratio per").format(column=label)
        else:
            name = f"reference.{column.name}"
            pairs = [(value, phrases.label(text)) for value, text in column.levels]
            field_ = self.select(name, [("", pairs)], choosing.usual_reference(column))
            named = _("{column}: compared with").format(column=label)
        return Field(name, named, field_.kind, field_.value, field_.options, messages=field_.messages)

    def counted(self):
        coded = [one for one in self.columns if choosing.levels(one)]
        fields = [self.select("outcome", [("", [("", _("The event of the endpoint"))]), *self.by_time(coded)])]
        column = self.given("outcome")
        if column in choosing.CHOOSABLE and choosing.levels(column):
            usual = ["yes"] if COLUMN_OF[column].kind == "flag" else []
            ticked = self.words.get("counts", usual)
            pairs = [(value, phrases.label(label)) for value, label in choosing.levels(column)]
            fields.append(self.boxes("counts", [("", pairs)], chosen=ticked))
            fields.append(self.boxes("missing", [("", [("no", _("Counts as no"))])]))
        return fields

    def times(self):
        """Time points, axis, how it is drawn."""
        at, ticks = usual_months(self.cohort, self.address.analysis.endpoint if self.address.analysis else "")
        fields = []
        if self.knows("at"):
            fields.append(self.text("at", default=", ".join(str(one) for one in at)))
            fields.append(self.text("ticks", NUMBERS, str(ticks)))
        if self.knows("tau"):
            fields.append(self.text("tau", NUMBERS, note=_("Empty: as long as all groups are observed.")))
        for name, table in (("direction", choices.DIRECTIONS), ("stacked", choices.STACKED)):
            if self.knows(name):
                pairs = [(key, str(word)) for key, word in table.items()]
                fields.append(self.select(name, [("", pairs)], pairs[0][0]))
        if self.knows("imputed"):
            fields.append(self.boxes("imputed", [("", [("no", _("Leave out times that rest on one"))])]))
        return Section("times", _("Months and drawing"), tuple(fields), is_open=any(one.is_refused for one in fields))
