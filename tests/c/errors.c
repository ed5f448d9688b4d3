/* Misuse that must end in an error, and what works without a model. */
#include "check.h"

static int released;

static void count_release(void *user) {
  CHECK(user == &released);
  released++;
}

static void versions(void) {
  char expected[32];
  snprintf(expected, sizeof expected, "%d.%d.%d", DRUGNER_VERSION_MAJOR, DRUGNER_VERSION_MINOR, DRUGNER_VERSION_PATCH);
  CHECK(strcmp(drugner_version_string(), expected) == 0);
  CHECK(strcmp(drugner_version_string(), DRUGNER_VERSION_STRING) == 0);
  CHECK(drugner_version_number() == DRUGNER_VERSION_NUMBER);
  CHECK(drugner_abi_version() == DRUGNER_ABI_VERSION);
  CHECK(drugner_format_version_oldest() <= drugner_format_version_newest());
  /* The test that runs this program compares the line with its own library. */
  puts(drugner_build_info());
}

static void init_functions_equal_the_macros(void) {
  const drugner_model_options model_macro = DRUGNER_MODEL_OPTIONS_INIT;
  const drugner_context_options context_macro = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_model_options model_function;
  drugner_context_options context_function;
  drugner_model_options_init(&model_function, sizeof model_function);
  drugner_context_options_init(&context_function, sizeof context_function);
  CHECK(memcmp(&model_macro, &model_function, sizeof model_macro) == 0);
  CHECK(memcmp(&context_macro, &context_function, sizeof context_macro) == 0);
  drugner_model_options_init(NULL, sizeof model_function);
  drugner_context_options_init(NULL, sizeof context_function);
}

static void null_is_refused(void) {
  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_model_info info = DRUGNER_MODEL_INFO_INIT;
  drugner_result result = DRUGNER_RESULT_INIT;
  drugner_paths paths = DRUGNER_PATHS_INIT;
  drugner_model *model = NULL;
  drugner_context *context = NULL;
  drugner_str text = {"general.name", 12};
  size_t bytes = 0;

  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_open_default(NULL, NULL, &error));
  CHECK(error.status == DRUGNER_E_NULL_POINTER && error.message[0] != 0);
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_open_default(NULL, NULL, NULL));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_open_file(NULL, NULL, &model, &error));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_open_memory(NULL, 1, NULL, NULL, NULL, &model, &error));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_get_info(NULL, &info));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_label_name(NULL, 0, &text));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_concept_id(NULL, 0, &text));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_meta_get(NULL, text, &text));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_model_selftest(NULL, NULL));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_context_size(NULL, NULL, &bytes));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_context_create(NULL, NULL, &context, &error));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_context_init(NULL, 0, NULL, NULL, &context, &error));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_context_reset(NULL));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_context_wipe(NULL));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_context_last_error(NULL, &error));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_find_utf8(NULL, "x", 1, &result));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_find_utf16(NULL, NULL, 0, &result));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_nbest_utf8(NULL, "x", 1, 0, 1, &paths));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_nbest_utf16(NULL, NULL, 0, 0, 1, &paths));
  CHECK(model == NULL && context == NULL && result.span_count == 0 && paths.path_count == 0);

  CHECK(drugner_model_label_count(NULL) == 0);
  CHECK(drugner_model_isa(NULL)[0] == 0);
  CHECK(drugner_model_retain(NULL) == NULL);
  drugner_model_release(NULL);
  drugner_context_destroy(NULL);
}

static void bad_structs_are_refused(void) {
  drugner_model_options options = DRUGNER_MODEL_OPTIONS_INIT;
  drugner_error error = DRUGNER_ERROR_INIT;
  struct { drugner_model_options known; uint64_t unknown; } newer = {DRUGNER_MODEL_OPTIONS_INIT, 1};
  drugner_model *model = NULL;

  options.struct_size = 0;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_open_default(&options, &model, &error));
  newer.known.struct_size = sizeof newer;
  CHECK_STATUS(DRUGNER_E_UNSUPPORTED, drugner_model_open_default(&newer.known, &model, &error));

  drugner_model_options_init(&options, sizeof options);
  options.isa = 99;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_open_default(&options, &model, &error));
  drugner_model_options_init(&options, sizeof options);
  options.load_mode = 99;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_open_default(&options, &model, &error));
  drugner_model_options_init(&options, sizeof options);
  options.flags = 1u << 31;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_open_default(&options, &model, &error));
  drugner_model_options_init(&options, sizeof options);
  options.reserved0 = 1;
  CHECK_STATUS(DRUGNER_E_UNSUPPORTED, drugner_model_open_default(&options, &model, &error));

  error.struct_size = 3;
  error.status = 77;
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_model_open_default(NULL, &model, &error));
  CHECK(error.status == 77 && model == NULL);
}

static void memory_is_released_once_when_opening_fails(void) {
  /* 64-byte aligned without C11: the aligned part of a larger block. */
  static char block[256];
  char *data = block + (64 - (uintptr_t)block % 64) % 64;
  drugner_model *model = NULL;
  drugner_error bad_error = DRUGNER_ERROR_INIT;
  bad_error.struct_size = 0;

  CHECK(drugner_model_open_memory(data, 128, count_release, &released, NULL, &model, NULL) != DRUGNER_OK);
  CHECK(released == 1);
  CHECK(drugner_model_open_memory(data + 1, 127, count_release, &released, NULL, &model, NULL) == DRUGNER_E_INVALID_ARGUMENT);
  CHECK(released == 2);
  CHECK(drugner_model_open_memory(data, 128, count_release, &released, NULL, NULL, NULL) == DRUGNER_E_NULL_POINTER);
  CHECK(released == 3);
  CHECK(drugner_model_open_memory(data, 128, count_release, &released, NULL, &model, &bad_error) == DRUGNER_E_INVALID_ARGUMENT);
  CHECK(released == 4);
  CHECK(drugner_model_open_memory(NULL, 128, count_release, &released, NULL, &model, NULL) == DRUGNER_E_NULL_POINTER);
  CHECK(released == 5 && model == NULL);
}

static void offsets(void) {
  static const char text[] = "a\xc3\xa4\xf0\x9f\x92\x8a";
  const uint32_t in[] = {0, 1, 3, 7};
  uint32_t out[4];
  CHECK_STATUS(DRUGNER_OK, drugner_offsets_utf8_to_utf16(text, 7, in, out, 4));
  CHECK(out[0] == 0 && out[1] == 1 && out[2] == 2 && out[3] == 4);
  CHECK_STATUS(DRUGNER_OK, drugner_offsets_utf8_to_codepoints(text, 7, in, out, 4));
  CHECK(out[0] == 0 && out[1] == 1 && out[2] == 2 && out[3] == 3);
  CHECK_STATUS(DRUGNER_E_INVALID_ARGUMENT, drugner_offsets_utf8_to_utf16(text, 6, in, out, 4));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_offsets_utf8_to_utf16(NULL, 7, in, out, 4));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_offsets_utf8_to_utf16(text, 7, NULL, out, 4));
  CHECK_STATUS(DRUGNER_E_NULL_POINTER, drugner_offsets_utf8_to_utf16(text, 7, in, NULL, 4));
  CHECK_STATUS(DRUGNER_E_TEXT_TOO_LONG, drugner_offsets_utf8_to_utf16(text, (size_t)1 << 31, in, out, 4));
  CHECK_STATUS(DRUGNER_OK, drugner_offsets_utf8_to_utf16(NULL, 0, NULL, NULL, 0));
}

int main(void) {
  versions();
  init_functions_equal_the_macros();
  CHECK(strcmp(drugner_status_name(DRUGNER_E_BUSY), "DRUGNER_E_BUSY") == 0);
  CHECK(strcmp(drugner_status_name(12345), "DRUGNER_E_UNKNOWN") == 0);
  CHECK(drugner_status_message(-12345)[0] != 0);
  null_is_refused();
  bad_structs_are_refused();
  memory_is_released_once_when_opening_fails();
  offsets();
  return 0;
}
