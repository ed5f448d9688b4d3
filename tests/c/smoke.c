/* The whole way with the default model: open, look, find in three encodings of trouble, own memory, end. */
#include "check.h"

static const char note[] = "Patient takes aspirin 100 mg daily.";
static const char accented[] = "\xc3\x89tude of 2 drugs: aspirin, \xf0\x9f\x92\x8a warfarin.";

static int has_span(const drugner_result *result, size_t start, size_t end) {
  for (size_t i = 0; i < result->span_count; i++) {
    if (result->spans[i].start == start && result->spans[i].end == end) {
      return 1;
    }
  }
  return 0;
}

static void check_spans(const drugner_model *model, const drugner_result *result, size_t length) {
  size_t last_end = 0;
  for (size_t i = 0; i < result->span_count; i++) {
    const drugner_span *span = &result->spans[i];
    CHECK(last_end <= span->start && span->start < span->end && span->end <= length);
    CHECK(span->label < drugner_model_label_count(model));
    CHECK(span->score >= 0.0f && span->score <= 1.0f);
    last_end = span->end;
  }
}

static void look(const drugner_model *model) {
  drugner_model_info info = DRUGNER_MODEL_INFO_INIT;
  drugner_str text = {NULL, 0};
  drugner_str key = {"no.such.key", 11};
  CHECK_STATUS(DRUGNER_OK, drugner_model_get_info(model, &info));
  CHECK(info.labels == drugner_model_label_count(model) && info.labels > 0 && info.storage == DRUGNER_STORAGE_LINKED);
  for (uint32_t label = 0; label < info.labels; label++) {
    CHECK_STATUS(DRUGNER_OK, drugner_model_label_name(model, label, &text));
    CHECK(text.len > 0);
  }
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_label_name(model, info.labels, &text));
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_concept_id(model, 0, &text));
  CHECK_STATUS(DRUGNER_E_NOT_FOUND, drugner_model_meta_get(model, key, &text));
  CHECK(drugner_model_isa(model)[0] != 0);
  CHECK_STATUS(DRUGNER_OK, drugner_model_selftest(model, NULL));
}

static void find(const drugner_model *model, drugner_context *context) {
  drugner_result result = DRUGNER_RESULT_INIT;
  drugner_error error = DRUGNER_ERROR_INIT;

  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, note, sizeof note - 1, &result));
  check_spans(model, &result, sizeof note - 1);
  CHECK(has_span(&result, 14, 21) && result.consumed == sizeof note - 1 && result.flags == 0);

  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, accented, sizeof accented - 1, &result));
  CHECK(has_span(&result, 19, 26) && has_span(&result, 33, 41));

  /* The same text in UTF-16: one unit for the accented letter, two for the pill. */
  uint16_t units[64];
  size_t length = 0;
  units[length++] = 0xc9;
  for (const char *at = "tude of 2 drugs: aspirin, "; *at; at++) units[length++] = (uint16_t)*at;
  units[length++] = 0xd83d;
  units[length++] = 0xdc8a;
  for (const char *at = " warfarin."; *at; at++) units[length++] = (uint16_t)*at;
  CHECK_STATUS(DRUGNER_OK, drugner_find_utf16(context, units, length, &result));
  CHECK(has_span(&result, 18, 25) && has_span(&result, 30, 38) && result.consumed == length);

  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, "\xff aspirin", 9, &result));
  CHECK(has_span(&result, 2, 9) && result.flags == DRUGNER_RESULT_INVALID_TEXT_SEEN);

  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, NULL, 0, &result));
  CHECK(result.span_count == 0 && result.consumed == 0);

  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_find_utf8(context, NULL, 1, &result));
  CHECK_STATUS(DRUGNER_OK, drugner_context_last_error(context, &error));
  CHECK(error.status == DRUGNER_E_NULL_POINTER);
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_find_utf8(context, note, 1, NULL));
  CHECK_STATUS(DRUGNER_E_TEXT_TOO_LONG, drugner_find_utf8(context, note, (size_t)1 << 31, &result));
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT,
               drugner_find_utf16(context, (const uint16_t *)(const void *)((const char *)units + 1), 4, &result));

  CHECK_STATUS(DRUGNER_OK, drugner_context_wipe(context));
  CHECK_STATUS(DRUGNER_OK, drugner_context_reset(context));
  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, note, sizeof note - 1, &result));
  CHECK(has_span(&result, 14, 21));
  CHECK_STATUS(DRUGNER_OK, drugner_context_last_error(context, &error));
  CHECK(error.status == DRUGNER_OK && error.message[0] == 0);
}

static void span_limit(const drugner_model *model) {
  drugner_context_options options = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_result result = DRUGNER_RESULT_INIT;
  drugner_context *context = NULL;
  size_t at = 0, found = 0;
  drugner_status status;
  options.max_spans = 1;
  CHECK_STATUS(DRUGNER_OK, drugner_context_create(model, &options, &context, NULL));
  do {
    status = drugner_find_utf8(context, accented + at, sizeof accented - 1 - at, &result);
    CHECK(status == DRUGNER_OK || (status == DRUGNER_E_SPAN_LIMIT && result.consumed > 0));
    CHECK(result.span_count <= 1);
    found += result.span_count;
    at += result.consumed;
  } while (status == DRUGNER_E_SPAN_LIMIT);
  CHECK(found == 2 && at == sizeof accented - 1);
  drugner_context_destroy(context);
}

static void invalid_text_is_rejected_on_demand(const drugner_model *model) {
  drugner_context_options options = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_result result = DRUGNER_RESULT_INIT;
  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_context *context = NULL;
  options.invalid_text = DRUGNER_INVALID_REJECT;
  CHECK_STATUS(DRUGNER_OK, drugner_context_create(model, &options, &context, NULL));
  CHECK_STATUS(DRUGNER_E_INVALID_TEXT, drugner_find_utf8(context, "ab\xff", 3, &result));
  CHECK_STATUS(DRUGNER_OK, drugner_context_last_error(context, &error));
  CHECK(error.status == DRUGNER_E_INVALID_TEXT && error.position == 2);
  drugner_context_destroy(context);
}

/* The best answers to each sentence of the note, one sentence a call. */
static void nbest(const drugner_model *model) {
  static const char text[] = "Patient takes aspirin 100 mg daily.\nStop warfarin.";
  const size_t length = sizeof text - 1;
  drugner_context_options options = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_context *context = NULL;
  drugner_paths paths = DRUGNER_PATHS_INIT;
  options.max_paths = 4;
  CHECK_STATUS(DRUGNER_OK, drugner_context_create(model, &options, &context, NULL));
  size_t sentences = 0;
  for (size_t at = 0; at < length; at = paths.end) {
    CHECK_STATUS(DRUGNER_OK, drugner_nbest_utf8(context, text, length, at, 4, &paths));
    CHECK(paths.path_count == 4 && paths.end > at && paths.flags == 0);
    for (size_t i = 0; i < paths.path_count; i++) {
      const drugner_path *path = &paths.paths[i];
      drugner_result mentions = DRUGNER_RESULT_INIT;
      mentions.spans = paths.spans + path->first_span;
      mentions.span_count = path->span_count;
      CHECK(path->first_span + path->span_count <= paths.span_count);
      check_spans(model, &mentions, length);
      CHECK(i != 0 || has_span(&mentions, sentences == 0 ? 14 : 41, sentences == 0 ? 21 : 49));
      CHECK(path->probability >= 0.0f && path->probability <= (i == 0 ? 1.0f : path[-1].probability));
    }
    sentences++;
  }
  CHECK(sentences == 2);
  CHECK_STATUS(DRUGNER_OK, drugner_nbest_utf8(context, text, length, length, 4, &paths));
  CHECK(paths.path_count == 0 && paths.start == length && paths.end == length);

  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_nbest_utf8(context, text, length, 0, 5, &paths));
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_nbest_utf8(context, text, length, 0, 0, &paths));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_nbest_utf8(context, NULL, 1, 0, 1, &paths));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_nbest_utf8(context, text, length, 0, 1, NULL));
  paths.struct_size = 8;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_nbest_utf8(context, text, length, 0, 1, &paths));
  paths.struct_size = sizeof paths;
  CHECK_STATUS(DRUGNER_OK, drugner_nbest_utf16(context, NULL, 0, 0, 1, &paths));
  CHECK(paths.path_count == 0);
  drugner_context_destroy(context);
  context = NULL;

  /* A program that was compiled before there were paths declares a smaller struct. */
  options.struct_size = offsetof(drugner_context_options, max_paths);
  CHECK_STATUS(DRUGNER_OK, drugner_context_create(model, &options, &context, NULL));
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_nbest_utf8(context, text, length, 0, 1, &paths));
  drugner_context_destroy(context);
}

static void own_memory(const drugner_model *model) {
  size_t bytes = 0;
  drugner_context *context = NULL;
  CHECK_STATUS(DRUGNER_OK, drugner_context_size(model, NULL, &bytes));
  CHECK(bytes % 64 == 0);
  char *block = malloc(bytes + 64);
  CHECK(block != NULL);
  char *memory = block + (64 - (uintptr_t)block % 64) % 64;
  CHECK_STATUS(DRUGNER_E_BUFFER_TOO_SMALL, drugner_context_init(memory, bytes - 1, model, NULL, &context, NULL));
  CHECK_STATUS(DRUGNER_E_BUFFER_TOO_SMALL, drugner_context_init(memory, 0, model, NULL, &context, NULL));
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_context_init(memory + 8, bytes, model, NULL, &context, NULL));
  CHECK_STATUS(DRUGNER_OK, drugner_context_init(memory, bytes, model, NULL, &context, NULL));
  CHECK((void *)context == (void *)memory);
  find(model, context);
  drugner_context_destroy(context);
  free(block);
}

static void bad_options_are_refused(const drugner_model *model) {
  drugner_context_options options = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_context *context = NULL;
  options.min_score = 1.5f;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_context_create(model, &options, &context, NULL));
  options.min_score = 0.0f;
  options.invalid_text = 7;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_context_create(model, &options, &context, NULL));
  options.invalid_text = DRUGNER_INVALID_REPLACE;
  options.max_paths = 9;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_context_create(model, &options, &context, NULL));
  options.max_paths = 8;
  options.reserved0 = 1;
  CHECK_STATUS(DRUGNER_E_UNSUPPORTED, drugner_context_create(model, &options, &context, NULL));
  CHECK(context == NULL);
}

int main(void) {
  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_model *model = NULL;
  drugner_context *context = NULL;
  CHECK_STATUS(DRUGNER_OK, drugner_model_open_default(NULL, &model, &error));
  look(model);
  bad_options_are_refused(model);
  span_limit(model);
  nbest(model);
  invalid_text_is_rejected_on_demand(model);
  own_memory(model);
  CHECK_STATUS(DRUGNER_OK, drugner_context_create(model, NULL, &context, &error));
  CHECK(drugner_model_retain(model) == model);
  find(model, context);
  drugner_model_release(model);
  find(model, context);
  drugner_model_release(model);
  /* The context keeps the model alive. */
  drugner_result result = DRUGNER_RESULT_INIT;
  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, note, sizeof note - 1, &result));
  drugner_context_destroy(context);
  return 0;
}
