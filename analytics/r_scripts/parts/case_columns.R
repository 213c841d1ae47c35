# Columns of the case table, by case; its marks 1 and 0 are "yes" and "no" here.
with_columns <- function(rows, columns, marks) {
  found <- cases[match(rows$case, cases$case), columns, drop = FALSE]
  for (name in marks) found[[name]] <- c("0" = "no", "1" = "yes")[found[[name]]]
  cbind(rows, found)
}
