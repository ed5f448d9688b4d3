/* Every struct initialises with its macro, in C and in C++, without a warning; sizes are the frozen ones. */
#include "drugner.h"
#include "drugner.h" /* the include guard works */

typedef char span_is_32_bytes[sizeof(drugner_span) == 32 ? 1 : -1];

/* Layouts of 64-bit machines, as in the Rust sources. */
typedef char str_size[sizeof(void *) != 8 || sizeof(drugner_str) == 16 ? 1 : -1];
typedef char error_size[sizeof(void *) != 8 || sizeof(drugner_error) == 256 ? 1 : -1];
typedef char info_size[sizeof(void *) != 8 || sizeof(drugner_model_info) == 96 ? 1 : -1];
typedef char model_options_size[sizeof(void *) != 8 || sizeof(drugner_model_options) == 32 ? 1 : -1];
typedef char context_options_size[sizeof(void *) != 8 || sizeof(drugner_context_options) == 40 ? 1 : -1];
typedef char result_size[sizeof(void *) != 8 || sizeof(drugner_result) == 40 ? 1 : -1];
typedef char path_is_16_bytes[sizeof(drugner_path) == 16 ? 1 : -1];
typedef char paths_size[sizeof(void *) != 8 || sizeof(drugner_paths) == 56 ? 1 : -1];
typedef char score_offset[offsetof(drugner_span, score) == 12 ? 1 : -1];

size_t drugner_test_sizes(void);

size_t drugner_test_sizes(void) {
  drugner_error error = DRUGNER_ERROR_INIT;
  drugner_model_options model_options = DRUGNER_MODEL_OPTIONS_INIT;
  drugner_model_info info = DRUGNER_MODEL_INFO_INIT;
  drugner_context_options context_options = DRUGNER_CONTEXT_OPTIONS_INIT;
  drugner_result result = DRUGNER_RESULT_INIT;
  drugner_paths paths = DRUGNER_PATHS_INIT;
  return error.struct_size + model_options.struct_size + info.struct_size + context_options.struct_size
         + result.struct_size + paths.struct_size + DRUGNER_VERSION_NUMBER;
}
