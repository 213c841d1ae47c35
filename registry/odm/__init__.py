"""CDISC ODM 1.3.2: what a study is (`study`), written as a stream (`writing`), read back (`reading`). Writing needs lxml."""
