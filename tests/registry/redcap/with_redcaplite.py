"""What `test_redcaplite` asks redcaplite for; run by the interpreter of that client's own environment, so it imports nothing of ours.

argv: the door's address and a token. Prints one JSON object.
"""

import contextlib
import io
import json
import sys

import pandas
import redcaplite

client = redcaplite.RedcapClient(*sys.argv[1:])


def refusal(ask, *words, **more):
    """What the client says of a refusal."""
    try:
        ask(*words, **more)
    except Exception as refused:  # noqa: BLE001 - whatever it raises is what its user sees
        return f"{type(refused).__name__}: {refused}"
    return "taken"


def column(answer, name):
    """A column of what the client gives: a frame, a list of objects or one object."""
    rows = answer.to_dict("records") if isinstance(answer, pandas.DataFrame) else answer
    return [row[name] for row in (rows if isinstance(rows, list) else [rows])]


def asked():
    """Everything that the client reads here, and what it brings back."""
    records = client.export_records()
    marrow = client.export_records(
        records=["KYO-0001"], forms=["response_assessment"], filterLogic="[rsp_bm_blast] > 5"
    )
    untyped = {"dtype": str, "keep_default_na": False}
    whole = client.export_records(pd_read_csv_kwargs=untyped)
    repeat = {"redcap_repeat_instrument": "response_assessment", "redcap_repeat_instance": 2}
    changed = pandas.DataFrame([{"patient_id": "KYO-0001", **repeat, "rsp_bm_blast": 33}])
    return {
        "pandas": pandas.__version__,
        "rows": len(records),
        "ids": sorted(set(records["patient_id"])),
        "kinds": str(records["rsp_bm_blast"].dtype),
        "text": records["cyto_abn_oth"].dropna().tolist(),
        "marrow": marrow["rsp_bm_blast"].dropna().tolist(),
        "fields": column(client.get_metadata(), "field_name")[:2],
        "names": len(client.get_field_names()),
        "forms": column(client.get_instruments(), "instrument_name"),
        "repeating": len(client.get_repeating_forms_events()),
        "project": column(client.get_project(), "has_repeating_instruments_or_events"),
        "groups": column(client.get_dags(), "unique_group_name"),
        "mapping": column(client.get_user_dag_mappings(), "redcap_data_access_group"),
        "users": len(client.get_users()),
        "version": client.get_version(),
        "next": client.generate_next_record_name(),
        "log": len(client.get_logs()),
        "arms": refusal(client.get_arms),
        "wrong": refusal(client.export_records, fields=["no_such_field"]),
        "same": client.import_records(whole),
        "stored": client.import_records(changed),
        "after": client.export_records(fields=["rsp_bm_blast"])["rsp_bm_blast"].dropna().tolist(),
    }


said = io.StringIO()  # the client prints the status of each call
with contextlib.redirect_stdout(said):
    found = asked()
print(json.dumps({**found, "statuses": sorted(set(said.getvalue().split("\n")) - {""})}))
