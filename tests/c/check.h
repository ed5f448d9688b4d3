/* What the C tests share. A failed check prints its place and ends the program with 1. */
#ifndef CHECK_H
#define CHECK_H

#include "drugner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                         \
  do {                                                                           \
    if (!(condition)) {                                                          \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

/* Checks the status of a call and prints both names when it is another one. */
#define CHECK_STATUS(expected, call)                                             \
  do {                                                                           \
    drugner_status status_ = (call);                                             \
    if (status_ != (expected)) {                                                 \
      fprintf(stderr, "%s:%d: %s: %s, expected %s\n", __FILE__, __LINE__, #call, \
              drugner_status_name(status_), drugner_status_name(expected));      \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

#endif
