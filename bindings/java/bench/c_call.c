/*
 * The C side of the benchmark: for each line "COUNT" of standard input, finds the mentions of a text COUNT times and
 * prints the nanoseconds that took. Argument: a file with the text in UTF-16, byte order of the machine.
 */
#include "drugner.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  static uint16_t text[1 << 20];
  drugner_model *model = NULL;
  drugner_context *context = NULL;
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL || drugner_model_open_default(NULL, &model, NULL) != DRUGNER_OK
      || drugner_context_create(model, NULL, &context, NULL) != DRUGNER_OK) {
    return 1;
  }
  size_t units = fread(text, sizeof(text[0]), sizeof(text) / sizeof(text[0]), file);
  fclose(file);
  char line[32];
  while (fgets(line, sizeof(line), stdin) != NULL) {
    long count = atol(line);
    long long start = now();
    for (long i = 0; i < count; i++) {
      drugner_result result = DRUGNER_RESULT_INIT;
      if (drugner_find_utf16(context, text, units, &result) != DRUGNER_OK) {
        return 1;
      }
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  drugner_context_destroy(context);
  drugner_model_release(model);
  return 0;
}
