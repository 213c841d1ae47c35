"""Files brought in while their process is killed: each patient of each file is there once, and every import ends."""

import threading
import time

from django.db import Error, connection

ROWS, EVERY = 25, 3  # patients in a file, and seconds from one file to the next
MAPPING = """\
day_0: {column: day0}
forms:
  - form: patient
    items:
      mrn_hash: {column: id}
      birth_date: {column: born}
      sex_at_birth: {column: sex, codes: {m: 1, f: 2}}
      consent_type: {missing: UK}
  - form: cart_course
    items: {infused: 1, prod_name: 1}
  - form: infusion
    items: {inf_date: {column: day0}, inf_weight: 20.5}
"""


class Importer(threading.Thread):
    """Takes a file in every few seconds, as the page does, and again until that was answered; `files` holds what was taken in.

    at   a context manager: Django's connection of the thread at the cluster
    """

    def __init__(self, person, site, at, stop):
        super().__init__(daemon=True)
        self.person, self.site, self.at, self.stop, self.files = person, site, at, stop, []

    def run(self):
        with self.at():
            while not self.stop.is_set():
                names = [f"{len(self.files)}-{row}" for row in range(ROWS)]
                rows = [f"{name},m,2011-02-03,2023-05-01" for name in names]
                while not self.is_taken("\n".join(["id,sex,born,day0", *rows, ""]).encode()):
                    time.sleep(0.5)
                self.files.append(names)
                self.stop.wait(EVERY)

    def is_taken(self, content):
        """Whether it was answered that the file waits, or is worked on. The same file again is the same import."""
        from registry.access.row_security import person_scope
        from registry.actions import import_jobs

        try:
            with person_scope(self.person):
                import_jobs.take_in(
                    by=self.person, name="cases.csv", content=content, encoding="utf-8", kind=import_jobs.Kind.CASES, mapping=MAPPING, site=self.site,
                    step=import_jobs.Step.STORE,
                )  # fmt: skip
            return True
        except (Error, import_jobs.TooManyOpenError):
            connection.close()
            return False

    def go_on(self):
        """Go on with what failed for having been killed too often, as its person does at the page; how many there were."""
        from registry.access.row_security import person_scope
        from registry.actions import import_jobs

        with person_scope(self.person):
            failed = list(self.person.importjob_set.filter(state=import_jobs.State.FAILED))
            for job in failed:
                import_jobs.go_on(job, by=self.person)
        return len(failed)

    def counted(self, database):
        """Of the patients in all files: how many, absent, there twice; and imports that did not end well.

        database   an administrator's connection
        """
        patients = "SELECT count(mrn_hash), count(DISTINCT mrn_hash) FROM registry_patient JOIN registry_case c ON c.id = case_id WHERE c.site_id = %s"
        rows, distinct = database.execute(patients, [self.site.pk]).fetchone()
        ended = "SELECT count(*) FROM registry_importjob WHERE state <> 'done'"
        return {
            "imported": ROWS * len(self.files),
            "import_lost": ROWS * len(self.files) - distinct,
            "import_doubled": rows - distinct,
            "imports_without_end": database.execute(ended).fetchone()[0],
        }
