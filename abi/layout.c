/* Layout of the public structs on 64-bit machines, as programs of release 0.1.0 were compiled with it.
 *
 * Fields that later releases append get lines of their own and change the size; no line changes otherwise. */
#include "drugner.h"

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define FIELD(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)

_Static_assert(sizeof(void *) == 8, "these are the layouts of 64-bit machines");
_Static_assert(sizeof(drugner_status) == 4, "size of drugner_status");

SIZE(drugner_error, 256);
FIELD(drugner_error, struct_size, 0);
FIELD(drugner_error, status, 8);
FIELD(drugner_error, os_error, 12);
FIELD(drugner_error, position, 16);
FIELD(drugner_error, message, 24);

SIZE(drugner_str, 16);
FIELD(drugner_str, data, 0);
FIELD(drugner_str, len, 8);

SIZE(drugner_model_options, 32);
FIELD(drugner_model_options, struct_size, 0);
FIELD(drugner_model_options, load_mode, 8);
FIELD(drugner_model_options, flags, 12);
FIELD(drugner_model_options, isa, 16);
FIELD(drugner_model_options, reserved0, 20);
FIELD(drugner_model_options, max_bytes, 24);

SIZE(drugner_context_options, 40);
FIELD(drugner_context_options, struct_size, 0);
FIELD(drugner_context_options, max_window_tokens, 8);
FIELD(drugner_context_options, max_spans, 12);
FIELD(drugner_context_options, invalid_text, 16);
FIELD(drugner_context_options, min_score, 20);
FIELD(drugner_context_options, label_mask, 24);
FIELD(drugner_context_options, max_paths, 32);
FIELD(drugner_context_options, reserved0, 36);

SIZE(drugner_span, 32);
FIELD(drugner_span, start, 0);
FIELD(drugner_span, end, 4);
FIELD(drugner_span, label, 8);
FIELD(drugner_span, flags, 10);
FIELD(drugner_span, score, 12);
FIELD(drugner_span, concept_id, 16);
FIELD(drugner_span, reserved, 20);

SIZE(drugner_result, 40);
FIELD(drugner_result, struct_size, 0);
FIELD(drugner_result, spans, 8);
FIELD(drugner_result, span_count, 16);
FIELD(drugner_result, consumed, 24);
FIELD(drugner_result, flags, 32);
FIELD(drugner_result, reserved, 36);

SIZE(drugner_path, 16);
FIELD(drugner_path, first_span, 0);
FIELD(drugner_path, span_count, 4);
FIELD(drugner_path, probability, 8);
FIELD(drugner_path, reserved, 12);

SIZE(drugner_paths, 56);
FIELD(drugner_paths, struct_size, 0);
FIELD(drugner_paths, paths, 8);
FIELD(drugner_paths, path_count, 16);
FIELD(drugner_paths, spans, 24);
FIELD(drugner_paths, span_count, 32);
FIELD(drugner_paths, start, 40);
FIELD(drugner_paths, end, 44);
FIELD(drugner_paths, flags, 48);
FIELD(drugner_paths, reserved, 52);

SIZE(drugner_model_info, 96);
FIELD(drugner_model_info, struct_size, 0);
FIELD(drugner_model_info, format_major, 8);
FIELD(drugner_model_info, format_minor, 12);
FIELD(drugner_model_info, architecture, 16);
FIELD(drugner_model_info, storage, 20);
FIELD(drugner_model_info, file_size, 24);
FIELD(drugner_model_info, sha256, 32);
FIELD(drugner_model_info, vocabulary, 64);
FIELD(drugner_model_info, input, 68);
FIELD(drugner_model_info, hidden, 72);
FIELD(drugner_model_info, layers, 76);
FIELD(drugner_model_info, tags, 80);
FIELD(drugner_model_info, labels, 84);
FIELD(drugner_model_info, reserved, 88);
