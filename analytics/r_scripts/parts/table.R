# ---- each characteristic in all cases and in each group. Cases for which a question is not asked have no value.
parts <- c(list(rows), lapply(levels, function(value) rows[which(rows$group == value), ]))

number_in <- function(own, column) {
  value <- as.numeric(own[[column]])
  value <- value[!is.na(value)]
  if (!length(value)) return(list(median = NA, q1 = NA, q3 = NA))
  fourth <- unname(quantile(value, c(0.25, 0.5, 0.75)))  # type 7
  list(median = fourth[[2]], q1 = fourth[[1]], q3 = fourth[[3]], min = min(value), max = max(value), mean = mean(value), sd = sd(value))
}
row_of <- function(column) {
  values <- shown[[column]]
  if (is.null(values)) return(list(column = column, cells = lapply(parts, number_in, column = column)))
  counted <- lapply(values, function(value)
    list(value = value, cells = lapply(parts, function(own) list(x = sum(own[[column]] == value, na.rm = TRUE)))))
  not_reported <- if (column %in% names(asked_of)) list(list(value = NA, cells = lapply(parts, function(own)
    list(x = sum(is.na(own[[column]]) & own[[asked_of[[column]]$column]] %in% asked_of[[column]]$values)))))
  list(column = column, levels = c(counted, not_reported))
}
answer <- list(table = list(n = nrow(rows), rows = lapply(columns, row_of)))
