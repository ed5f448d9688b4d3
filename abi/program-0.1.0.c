/* A program of release 0.1.0: calls every function that the release had and looks at every result it relied on.
 * Never edited: it stands for programs that nobody compiles anew. */
#include "drugner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                             \
  do {                                                               \
    if (!(condition)) {                                              \
      fprintf(stderr, "line %d: not true: %s\n", __LINE__, #condition); \
      exit(1);                                                       \
    }                                                                \
  } while (0)

static const char note[] = "Patient takes aspirin \xf0\x9f\x92\x8a daily.\nStop warfarin.";
static const size_t length = sizeof note - 1;

static size_t units(uint16_t *out) {
  size_t count = 0;
  for (const char *at = "Patient takes aspirin "; *at; at++) out[count++] = (uint16_t)*at;
  out[count++] = 0xd83d;
  out[count++] = 0xdc8a;
  for (const char *at = " daily.\nStop warfarin."; *at; at++) out[count++] = (uint16_t)*at;
  return count;
}

static void versions(void) {
  CHECK(drugner_version_number() >= DRUGNER_VERSION_NUMBER);
  CHECK(strchr(drugner_version_string(), '.') != NULL);
  CHECK(drugner_abi_version() == DRUGNER_ABI_VERSION);
  CHECK(strlen(drugner_build_info()) > 0);
  CHECK(drugner_format_version_oldest() >= 1);
  CHECK(drugner_format_version_newest() >= drugner_format_version_oldest());
  CHECK(strcmp(drugner_status_name(DRUGNER_E_BUSY), "DRUGNER_E_BUSY") == 0);
  CHECK(strlen(drugner_status_message(DRUGNER_E_BUSY)) > 0);
}

static drugner_model *open(void) {
  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_model_options options = DRUGNER_MODEL_OPTIONS_INIT;
  drugner_model *model = NULL;
  CHECK(drugner_model_open_file("/no/such/model", NULL, &model, &error) == DRUGNER_E_NOT_FOUND);
  CHECK(error.status == DRUGNER_E_NOT_FOUND && strlen(error.message) > 0 && error.position == DRUGNER_NO_POSITION);
  CHECK(drugner_model_open_memory("no model", 8, NULL, NULL, NULL, &model, NULL) != DRUGNER_OK);
  memset(&options, 0xff, sizeof options);
  drugner_model_options_init(&options, sizeof options);
  CHECK(options.struct_size == sizeof options && options.load_mode == DRUGNER_LOAD_AUTO && options.max_bytes == 0);
  options.isa = DRUGNER_ISA_SCALAR;
  CHECK(drugner_model_open_default(&options, &model, &error) == DRUGNER_OK);
  CHECK(strcmp(drugner_model_isa(model), "scalar") == 0);
  drugner_model_release(model);
  CHECK(drugner_model_open_default(NULL, &model, NULL) == DRUGNER_OK);
  return model;
}

static void look(const drugner_model *model) {
  drugner_model_info info = DRUGNER_MODEL_INFO_INIT;
  drugner_str text = {NULL, 0};
  const drugner_str license = {"general.license", 15};
  CHECK(drugner_model_get_info(model, &info) == DRUGNER_OK);
  CHECK(info.storage == DRUGNER_STORAGE_LINKED && info.labels == 4 && info.vocabulary > 0);
  CHECK(drugner_model_label_count(model) == 4);
  CHECK(drugner_model_label_name(model, 0, &text) == DRUGNER_OK);
  CHECK(text.len == 4 && memcmp(text.data, "drug", 4) == 0);
  CHECK(drugner_model_meta_get(model, license, &text) == DRUGNER_OK && text.len > 0);
  CHECK(drugner_model_concept_id(model, UINT32_MAX, &text) == DRUGNER_E_INVALID_ARGUMENT);
  CHECK(drugner_model_selftest(model, NULL) == DRUGNER_OK);
}

static void check_mentions(const drugner_span *spans, size_t count, uint32_t first, uint32_t second) {
  CHECK(count == 2 && spans[0].start == 14 && spans[0].end == 21);
  CHECK(spans[1].start == first && spans[1].end == second && spans[1].label < 4);
  CHECK(spans[1].score > 0.0f && spans[1].score <= 1.0f && spans[1].concept_id == UINT32_MAX);
}

static void find(drugner_context *context) {
  uint16_t text[64];
  const size_t count = units(text);
  drugner_result result = DRUGNER_RESULT_INIT;
  uint32_t offsets[4];
  CHECK(drugner_find_utf16(context, text, count, &result) == DRUGNER_OK && result.consumed == count);
  check_mentions(result.spans, result.span_count, 37, 45);
  CHECK(drugner_find_utf8(context, note, length, &result) == DRUGNER_OK);
  CHECK(result.consumed == length && result.flags == 0);
  check_mentions(result.spans, result.span_count, 39, 47);
  for (size_t i = 0; i < 2; i++) {
    offsets[2 * i] = result.spans[i].start;
    offsets[2 * i + 1] = result.spans[i].end;
  }
  CHECK(drugner_offsets_utf8_to_codepoints(note, length, &offsets[2], &offsets[2], 2) == DRUGNER_OK);
  CHECK(offsets[2] == 36 && offsets[3] == 44);
  offsets[2] = 39;
  offsets[3] = 47;
  CHECK(drugner_offsets_utf8_to_utf16(note, length, offsets, offsets, 4) == DRUGNER_OK);
  CHECK(offsets[0] == 14 && offsets[2] == 37 && offsets[3] == 45);
}

static void context_with_options(const drugner_model *model) {
  drugner_context_options options = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_result result = DRUGNER_RESULT_INIT;
  drugner_paths paths = DRUGNER_PATHS_INIT;
  drugner_context *context = NULL;
  uint16_t text[64];
  const size_t count = units(text);
  drugner_context_options_init(&options, sizeof options);
  CHECK(options.struct_size == sizeof options && options.max_paths == 0);
  options.max_spans = 1;
  options.max_paths = 2;
  options.invalid_text = DRUGNER_INVALID_REJECT;
  CHECK(drugner_context_create(model, &options, &context, &error) == DRUGNER_OK);
  CHECK(drugner_find_utf8(context, note, length, &result) == DRUGNER_E_SPAN_LIMIT);
  CHECK(result.span_count == 1 && result.consumed > 0 && result.consumed < length);
  CHECK(drugner_find_utf8(context, "ab\xff", 3, &result) == DRUGNER_E_INVALID_TEXT);
  CHECK(drugner_context_last_error(context, &error) == DRUGNER_OK);
  CHECK(error.status == DRUGNER_E_INVALID_TEXT && error.position == 2);
  CHECK(drugner_context_wipe(context) == DRUGNER_OK && drugner_context_reset(context) == DRUGNER_OK);
  CHECK(drugner_nbest_utf16(context, text, count, count, 2, &paths) == DRUGNER_OK && paths.path_count == 0);
  CHECK(drugner_nbest_utf8(context, note, length, 39, 2, &paths) == DRUGNER_OK);
  CHECK(paths.path_count == 2 && paths.end == length && paths.paths[0].span_count == 1);
  CHECK(paths.paths[0].probability >= paths.paths[1].probability);
  CHECK(paths.spans[paths.paths[0].first_span].start == 39);
  drugner_context_destroy(context);
}

static void placed_context(const drugner_model *model) {
  size_t bytes = 0;
  drugner_context *context = NULL;
  CHECK(drugner_context_size(model, NULL, &bytes) == DRUGNER_OK);
  char *block = malloc(bytes + 64);
  CHECK(block != NULL);
  char *memory = block + (64 - (uintptr_t)block % 64) % 64;
  CHECK(drugner_context_init(memory, bytes, model, NULL, &context, NULL) == DRUGNER_OK);
  find(context);
  drugner_context_destroy(context);
  free(block);
}

int main(void) {
  drugner_context *context = NULL;
  versions();
  drugner_model *model = open();
  look(model);
  context_with_options(model);
  placed_context(model);
  CHECK(drugner_context_create(model, NULL, &context, NULL) == DRUGNER_OK);
  CHECK(drugner_model_retain(model) == model);
  drugner_model_release(model);
  drugner_model_release(model);
  find(context);
  drugner_context_destroy(context);
  return 0;
}
