answer <- list(n = nrow(rows), events = sum(rows$status == 1), models = lapply(models, cause_specific))
