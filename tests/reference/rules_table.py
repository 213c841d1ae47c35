"""The table of endpoint rules in docs/algorithms/endpoints.md, made from the declarations: run me to renew it."""

from pathlib import Path

from analytics.core.endpoints.definitions import ENDPOINTS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/algorithms/endpoints.md"
START, END = "<!-- rules -->", "<!-- end of rules -->"
HEAD = "| rule | version | set | clock | events \\| competing | cut | end | window |\n|---|---|---|---|---|---|---|---|"


def row(rule):
    """One rule as a row of Markdown, dates by their symbols."""

    def dated(events):
        return ", ".join(f"{one.date} if {' or '.join(one.when)}" if one.when else one.date for one in events)

    events = " \\| ".join(dated(listed) for listed in (rule.events, rule.competing) if listed)
    window = f"{rule.window} d" if rule.window else ""
    cells = (rule.id, rule.version, rule.set, rule.clock, events, ", ".join(rule.censor_cut), rule.censor_end, window)
    return "| " + " | ".join(map(str, cells)) + " |"


def table():
    """All rules, in the order in which they are declared."""
    return "\n".join([HEAD, *(row(rule) for rule in ENDPOINTS.values())])


def parts(text):
    """The page before, in and after the table."""
    before, _, rest = text.partition(START)
    inside, _, after = rest.partition(END)
    return before, inside, after


if __name__ == "__main__":
    before, _, after = parts(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")
