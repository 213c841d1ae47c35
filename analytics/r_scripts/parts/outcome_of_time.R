# Within the window of the rule: who was censored before its end is not known.
rows$known <- rows$status > 0 | rows$time >= window
rows$counts <- rows$status == 1 & rows$known
