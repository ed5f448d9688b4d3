/*
 * Prints the drug mentions of a note.
 *
 *   cc examples/c/tag_note.c $(pkg-config --cflags --libs drugner) -o tag_note
 *   ./tag_note [-m MODEL] FILE        (FILE is - for standard input)
 *
 * One line per mention, columns separated by tabs: start, end (bytes, half-open), label, score, text.
 * Ends with 0, with 1 after an error, with 2 when the arguments are wrong.
 */
#include "drugner.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads all of `file` into new memory; NULL on failure. */
static char *read_all(FILE *file, size_t *length) {
  size_t capacity = 1 << 16, used = 0;
  char *text = malloc(capacity);
  while (text != NULL) {
    used += fread(text + used, 1, capacity - used, file);
    if (used < capacity) {
      break;
    }
    capacity *= 2;
    char *larger = realloc(text, capacity);
    if (larger == NULL) {
      free(text);
    }
    text = larger;
  }
  if (text != NULL && ferror(file)) {
    free(text);
    text = NULL;
  }
  *length = used;
  return text;
}

static char *read_note(const char *path, size_t *length) {
  if (strcmp(path, "-") == 0) {
    return read_all(stdin, length);
  }
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return NULL;
  }
  char *text = read_all(file, length);
  fclose(file);
  return text;
}

static void print_mention(const drugner_model *model, const drugner_span *span, const char *text, size_t base) {
  drugner_str label = {"?", 1};
  (void)drugner_model_label_name(model, span->label, &label);
  printf("%zu\t%zu\t%.*s\t%.3f\t", base + span->start, base + span->end, (int)label.len, label.data,
         (double)span->score);
  for (uint32_t i = span->start; i < span->end; i++) {
    unsigned char byte = (unsigned char)text[i];
    putchar(iscntrl(byte) && byte < 128 ? ' ' : byte);
  }
  putchar('\n');
}

/* Tags a note of any number of mentions; the context hands them out in portions. */
static drugner_status tag(const drugner_model *model, drugner_context *context, const char *text, size_t length,
                          drugner_error *error) {
  drugner_status status;
  size_t base = 0;
  do {
    drugner_result result = DRUGNER_RESULT_INIT;
    status = drugner_find_utf8(context, text + base, length - base, &result);
    if (status != DRUGNER_OK && status != DRUGNER_E_SPAN_LIMIT) {
      (void)drugner_context_last_error(context, error);
      return status;
    }
    for (size_t i = 0; i < result.span_count; i++) {
      print_mention(model, &result.spans[i], text + base, base);
    }
    base += result.consumed;
  } while (status == DRUGNER_E_SPAN_LIMIT);
  return status;
}

int main(int argc, char **argv) {
  const char *model_path = NULL;
  int argument = 1;
  if (argc > 2 && strcmp(argv[1], "-m") == 0) {
    model_path = argv[2];
    argument = 3;
  }
  if (argc != argument + 1) {
    fprintf(stderr, "usage: tag_note [-m MODEL] FILE\n");
    return 2;
  }

  size_t length = 0;
  char *text = read_note(argv[argument], &length);
  if (text == NULL) {
    fprintf(stderr, "tag_note: %s: %s\n", argv[argument], strerror(errno));
    return 1;
  }

  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_model *model = NULL;
  drugner_context *context = NULL;
  drugner_status status = model_path != NULL ? drugner_model_open_file(model_path, NULL, &model, &error)
                                             : drugner_model_open_default(NULL, &model, &error);
  if (status == DRUGNER_OK) {
    status = drugner_context_create(model, NULL, &context, &error);
  }
  if (status == DRUGNER_OK) {
    status = tag(model, context, text, length, &error);
  }
  if (status != DRUGNER_OK) {
    fprintf(stderr, "tag_note: %s: %s\n", drugner_status_name(status), error.message);
  }
  drugner_context_destroy(context);
  drugner_model_release(model);
  free(text);
  return status == DRUGNER_OK ? 0 : 1;
}
