# ---- answers of forms: one value a case, by the rule of the column; a file holds the rows of a case in their order
answer_of <- function(file, item, rule, unknown, codes = NULL) {
  form <- read_text(file)
  form <- form[!is.na(form[[item]]), ]
  value <- function(cells) {
    if (rule == "any") {
      ticked <- unlist(strsplit(cells, " "))
      return(if (any(ticked %in% codes)) "yes" else if (any(ticked %in% unknown)) NA_character_ else "no")
    }
    known <- cells[!cells %in% unknown]
    if (length(known) == 0) return(NA_character_)
    switch(rule, last = known[[length(known)]], highest = known[[which.max(as.numeric(known))]],
           lowest = known[[which.min(as.numeric(known))]], known[[1]])
  }
  found <- vapply(split(form[[item]], form$case), value, "")
  unname(found[rows$case])
}
