/*
 * drugner - drug-name recognition for clinical software.
 *
 * This file is generated. Its source is src/capi; DRUGNER_UPDATE_HEADER=1 cargo test --test header
 * writes it anew.
 *
 * The shortest program:
 *
 *     drugner_error error = DRUGNER_ERROR_INIT;
 *     drugner_model *model = NULL;
 *     drugner_context *context = NULL;
 *     drugner_result result = DRUGNER_RESULT_INIT;
 *
 *     if (drugner_model_open_default(NULL, &model, &error) != DRUGNER_OK
 *         || drugner_context_create(model, NULL, &context, &error) != DRUGNER_OK) {
 *       fprintf(stderr, "%s\n", error.message);
 *     } else if (drugner_find_utf8(context, text, length, &result) == DRUGNER_OK) {
 *       for (size_t i = 0; i < result.span_count; i++) {
 *         use(result.spans[i].start, result.spans[i].end);
 *       }
 *     }
 *     drugner_context_destroy(context);
 *     drugner_model_release(model);
 *
 * examples/c/tag_note.c is a complete one. The sections follow the life of a program: status and errors,
 * opening a model, context, find. Then comes what fewer programs need: the best answers to one sentence,
 * what a model says about itself, offset conversion, versions.
 *
 * Conventions, valid for every function:
 *
 *  1. Names. A function that begins with the name of an object is a method of it. Parameters come in
 *     this order: the object, inputs, outputs, error.
 *  2. Status. A function that can fail returns a drugner_status: DRUGNER_OK (0) or a negative code.
 *     "Errors: IO" at a function means DRUGNER_E_IO. Every such function may also return
 *     DRUGNER_E_INTERNAL, a caught defect of the library that leaves the process unharmed.
 *  3. Outputs are written only on success. The one exception, DRUGNER_E_SPAN_LIMIT, is stated at
 *     drugner_find_utf8. The error struct is written only on failure.
 *  4. Text is pointer and length, never NUL-terminated, and may contain NUL. (NULL, 0) is the empty
 *     text. A text has at most 2147483647 units. Offsets count in the unit of the function that
 *     returned them: bytes for _utf8, UTF-16 units for _utf16. They are half-open: start is the first
 *     unit, end is one past the last.
 *  5. Threads. A `const T *` parameter may be in use by any number of threads at the same time, a `T *`
 *     must be used by one thread at a time. So a model is shared, a context is not. A context that two
 *     threads use at once answers DRUGNER_E_BUSY to one of them; it is never undefined behaviour.
 *     Exceptions are stated at the functions. Objects may be used and ended on other threads than
 *     the one that made them.
 *  6. Ownership. What open, create, init or retain return must be given back with release or destroy,
 *     once. These accept NULL. Everything else is borrowed, and how long it is valid is stated with it.
 *     A context keeps its model alive.
 *  7. Structs that begin with struct_size are set up with their _INIT macro or _init function.
 *     The library reads and writes only what the caller declares, so programs and libraries of
 *     different age fit together. An input field that the library does not know must be zero, else
 *     DRUGNER_E_UNSUPPORTED; such fields of outputs are set to zero.
 *  8. Codes and flags are plain integers. Unknown ones give DRUGNER_E_INVALID_ARGUMENT.
 *  9. NULL, a misaligned pointer and a wrong struct_size are errors, not crashes. The library cannot
 *     see whether a pointer dangles or a length is false; this is for the caller to ensure.
 * 10. Privacy. The library keeps no copy of a text after return, and no message contains any of it.
 *     Traces in the scratch memory of a context are wiped by drugner_context_wipe, _reset, _destroy.
 * 11. The library prints nothing, writes no files, opens no connections, starts no threads, installs no
 *     signal handlers and leaves the floating-point state alone. It reads one environment variable,
 *     DRUGNER_ISA, when a model is opened. The find and nbest functions do not allocate and make no
 *     system calls.
 * 12. Stability. Functions, codes and flags are added, never changed or removed, as long as
 *     DRUGNER_ABI_VERSION stays the same.
 */

#ifndef DRUGNER_H
#define DRUGNER_H

#include <stddef.h>
#include <stdint.h>

/* Version of this header. */
#define DRUGNER_VERSION_MAJOR 0
#define DRUGNER_VERSION_MINOR 1
#define DRUGNER_VERSION_PATCH 0
#define DRUGNER_VERSION_STRING "0.1.0"
#define DRUGNER_VERSION_NUMBER \
  (((uint32_t)DRUGNER_VERSION_MAJOR << 24) | ((uint32_t)DRUGNER_VERSION_MINOR << 16) | ((uint32_t)DRUGNER_VERSION_PATCH << 8))

#ifdef __cplusplus
extern "C" {
#endif

/* ==== Status and errors ============================================================================ */

// Value of drugner_error.position when the failure has no place.
#define DRUGNER_NO_POSITION UINT64_MAX

// Result of every fallible function: `DRUGNER_OK` or a negative `DRUGNER_E_*` code.
//
// A plain integer, so a code that is newer than this header is no undefined behaviour. Codes are never renumbered.
typedef int32_t drugner_status;

// What went wrong, in memory of the caller.
//
// May be NULL wherever it is a parameter. Written only when the call fails. There is no "last error" of a
// thread: errors are where the caller put them.
typedef struct drugner_error {
  // Set by DRUGNER_ERROR_INIT.
  size_t struct_size;
  // The code that the function returned.
  drugner_status status;
  // errno of a failed system call, 0 if none.
  int32_t os_error;
  // Byte of the model file or unit of the text, else DRUGNER_NO_POSITION.
  uint64_t position;
  // One English sentence, NUL-terminated UTF-8. Never contains input text.
  char message[232];
} drugner_error;

// Success.
#define DRUGNER_OK 0

// An argument has a value that the function does not accept.
#define DRUGNER_E_INVALID_ARGUMENT -1

// A pointer that must not be NULL is NULL.
#define DRUGNER_E_NULL_POINTER -2

// The option, the field or the instruction set exists but not in this library or on this machine.
#define DRUGNER_E_UNSUPPORTED -3

// The context is in use by another thread at this moment.
#define DRUGNER_E_BUSY -4

// An earlier call on this context failed inside the library; reset or destroy it.
#define DRUGNER_E_POISONED -5

// A defect in the library was caught; the host process is unharmed. Please report it.
#define DRUGNER_E_INTERNAL -6

// Memory could not be allocated.
#define DRUGNER_E_OUT_OF_MEMORY -7

// The caller's memory is smaller than needed.
#define DRUGNER_E_BUFFER_TOO_SMALL -8

// The operating system reported an error while a file was read; see os_error.
#define DRUGNER_E_IO -20

// The file or the metadata key does not exist.
#define DRUGNER_E_NOT_FOUND -21

// This build of the library contains no default model.
#define DRUGNER_E_NO_DEFAULT_MODEL -22

// The data do not begin like a model file.
#define DRUGNER_E_NOT_A_MODEL -40

// The model needs a newer library.
#define DRUGNER_E_FORMAT_TOO_NEW -41

// The format of the model is no longer read.
#define DRUGNER_E_FORMAT_TOO_OLD -42

// The file ends early.
#define DRUGNER_E_TRUNCATED -43

// A checksum does not match: the file is damaged.
#define DRUGNER_E_CHECKSUM -44

// The file breaks a rule of the format; position is the byte.
#define DRUGNER_E_CORRUPT_MODEL -45

// The file exceeds a limit of the library or of the options.
#define DRUGNER_E_LIMIT -46

// The text is longer than 2147483647 units.
#define DRUGNER_E_TEXT_TOO_LONG -60

// The text is not valid Unicode and the context rejects such text; position is the unit.
#define DRUGNER_E_INVALID_TEXT -61

// More mentions than max_spans; the result holds those before `consumed`. Call again with the text from there.
#define DRUGNER_E_SPAN_LIMIT -62

// Name of a code such as `DRUGNER_E_IO`, or `DRUGNER_E_UNKNOWN`; static, never NULL.
const char *drugner_status_name(drugner_status status);

// Meaning of a code in English; static, never NULL.
const char *drugner_status_message(drugner_status status);

#define DRUGNER_ERROR_INIT { sizeof(drugner_error), DRUGNER_OK, 0, DRUGNER_NO_POSITION, { 0 } }

/* ==== Opening a model ============================================================================== */

// Borrowed UTF-8 string: pointer and length in bytes, not NUL-terminated.
//
// As an output it stays valid as long as the object that it came from. `{NULL, 0}` is the empty string.
typedef struct drugner_str {
  // First byte.
  const char *data;
  // Number of bytes.
  size_t len;
} drugner_str;

// Files up to 8 MiB are copied, larger ones mapped.
#define DRUGNER_LOAD_AUTO 0

// The file is mapped read-only. Truncating a mapped file ends the process: replace files by renaming.
#define DRUGNER_LOAD_MAP 1

// The file is copied into memory: for network shares and files that are replaced in place.
#define DRUGNER_LOAD_COPY 2

// Best instruction set of this machine, or the one that the environment variable DRUGNER_ISA names.
#define DRUGNER_ISA_AUTO 0

// Portable code.
#define DRUGNER_ISA_SCALAR 1

// AVX2 with FMA and F16C.
#define DRUGNER_ISA_AVX2 2

// AVX-512F.
#define DRUGNER_ISA_AVX512 3

// NEON.
#define DRUGNER_ISA_NEON 4

// Flag: do not verify the checksums of the sections. Header and section table are always verified.
#define DRUGNER_MODEL_SKIP_CHECKSUM 1

// A model: immutable, counted by reference, shared by any number of threads and contexts.
typedef struct drugner_model drugner_model;

// Options of the drugner_model_open_* functions; NULL means the defaults, which are all zero.
typedef struct drugner_model_options {
  // Set by DRUGNER_MODEL_OPTIONS_INIT.
  size_t struct_size;
  // DRUGNER_LOAD_*; for drugner_model_open_file only.
  uint32_t load_mode;
  // DRUGNER_MODEL_* flags.
  uint32_t flags;
  // DRUGNER_ISA_*; one that this machine lacks is an error.
  uint32_t isa;
  // Zero.
  uint32_t reserved0;
  // Largest model accepted in bytes; 0 is 1 GiB.
  uint64_t max_bytes;
} drugner_model_options;

// Writes the defaults into the first `struct_size` bytes of `options`; for languages without the _INIT macro.
//
// Pass sizeof(drugner_model_options). NULL and sizes that no release has are ignored.
void drugner_model_options_init(drugner_model_options *options,
                                size_t struct_size);

// Opens the model that is linked into the library: no file, no path, nothing to install.
//
// On success `*out` is a new reference; release it with drugner_model_release.
//
// Errors: NO_DEFAULT_MODEL, UNSUPPORTED (isa), INVALID_ARGUMENT, NULL_POINTER.
drugner_status drugner_model_open_default(const drugner_model_options *options,
                                          drugner_model **out,
                                          drugner_error *error);

// Opens a model file. `path` is NUL-terminated: UTF-8, on Unix any bytes.
//
// On success `*out` is a new reference; release it with drugner_model_release. The file is not trusted: whatever
// it contains, the result is a model or an error.
//
// Errors: NOT_FOUND, IO (see os_error), the group from NOT_A_MODEL to LIMIT (see position), UNSUPPORTED (isa,
// mapping), OUT_OF_MEMORY, INVALID_ARGUMENT, NULL_POINTER.
drugner_status drugner_model_open_file(const char *path,
                                       const drugner_model_options *options,
                                       drugner_model **out,
                                       drugner_error *error);

// Opens a model in memory: `data` holds the `len` bytes of a model file.
//
// - `release` is NULL: the bytes are copied and `data` is not used after return.
// - `release` is a function: the bytes are used in place. They must be aligned to 64 bytes and stay unchanged until
//   the library calls `release(user)`, exactly once, on any thread: when the last reference is gone, or before
//   this function returns when it fails, for whatever reason. `release` must not throw.
//
// Errors: as drugner_model_open_file without those of files; INVALID_ARGUMENT also for misaligned data.
drugner_status drugner_model_open_memory(const void *data,
                                         size_t len,
                                         void (*release)(void *user),
                                         void *user,
                                         const drugner_model_options *options,
                                         drugner_model **out,
                                         drugner_error *error);

// Adds a reference and returns `model`. NULL gives NULL. May run concurrently with everything.
drugner_model *drugner_model_retain(drugner_model *model);

// Drops a reference; the model ends with the last one. NULL is allowed. May run concurrently with everything.
//
// A context holds a reference of its own: models and contexts may be released in any order, on any thread.
void drugner_model_release(drugner_model *model);

#define DRUGNER_MODEL_OPTIONS_INIT \
  { sizeof(drugner_model_options), DRUGNER_LOAD_AUTO, 0, DRUGNER_ISA_AUTO, 0, 0 }

/* ==== Context ====================================================================================== */

// Scratch memory for calls on one model: one user at a time, on any thread.
//
// Create one per thread, or keep a pool.
typedef struct drugner_context drugner_context;

// Malformed text is replaced for the network only; offsets stay those of the text and the result says so.
#define DRUGNER_INVALID_REPLACE 0

// Malformed text fails the call with DRUGNER_E_INVALID_TEXT and the position.
#define DRUGNER_INVALID_REJECT 1

// Options of a context; NULL means the defaults, which are all zero.
typedef struct drugner_context_options {
  // Set by DRUGNER_CONTEXT_OPTIONS_INIT.
  size_t struct_size;
  // Tokens per network run; 0 takes 256. A longer sentence is cut and the result says so.
  // The memory of a context grows with it, see drugner_context_size.
  uint32_t max_window_tokens;
  // Mentions per call; 0 takes 4096.
  uint32_t max_spans;
  // DRUGNER_INVALID_*.
  uint32_t invalid_text;
  // Mentions with a lower score, as drugner_span tells it, are dropped; 0 keeps all. Range 0 to 1.
  float min_score;
  // Bit i keeps label i; 0 keeps all.
  uint64_t label_mask;
  // Most paths of drugner_nbest_utf8, at most 8; 0: the context gets no memory for it. Only a model of the family
  // bilstm-crf has paths; else UNSUPPORTED.
  uint32_t max_paths;
  // Zero.
  uint32_t reserved0;
} drugner_context_options;

// Writes the defaults into the first `struct_size` bytes of `options`; for languages without the _INIT macro.
//
// Pass sizeof(drugner_context_options). NULL and sizes that no release has are ignored.
void drugner_context_options_init(drugner_context_options *options,
                                  size_t struct_size);

// Creates a context in memory of the library. The context holds a reference to the model.
//
// On success `*out` is the only owner; end it with drugner_context_destroy.
//
// Errors: OUT_OF_MEMORY, LIMIT, INVALID_ARGUMENT, UNSUPPORTED, NULL_POINTER.
drugner_status drugner_context_create(const drugner_model *model,
                                      const drugner_context_options *options,
                                      drugner_context **out,
                                      drugner_error *error);

// Stores in `*bytes` how much memory drugner_context_init needs for this model and these options.
//
// Errors: NULL_POINTER, INVALID_ARGUMENT, UNSUPPORTED, LIMIT.
drugner_status drugner_context_size(const drugner_model *model,
                                    const drugner_context_options *options,
                                    size_t *bytes);

// Creates a context inside the caller's memory; its scratch is not allocated by the library.
//
// `memory` is aligned to 64 bytes and has at least drugner_context_size bytes; it belongs to the context until
// drugner_context_destroy, which does not free it.
//
// Errors: BUFFER_TOO_SMALL, INVALID_ARGUMENT (alignment too), LIMIT, UNSUPPORTED, NULL_POINTER.
drugner_status drugner_context_init(void *memory,
                                    size_t bytes,
                                    const drugner_model *model,
                                    const drugner_context_options *options,
                                    drugner_context **out,
                                    drugner_error *error);

// Wipes the context and makes it as new, in the same memory; also after DRUGNER_E_INTERNAL.
//
// Spans of earlier results become invalid.
//
// Errors: NULL_POINTER, BUSY; OUT_OF_MEMORY for a context not in the caller's memory, which leaves it poisoned.
drugner_status drugner_context_reset(drugner_context *context);

// Overwrites all scratch memory, which holds traces of the texts before, with zeros. reset and destroy do so, too.
//
// Spans of earlier results become invalid.
//
// Errors: NULL_POINTER, BUSY. A poisoned context has been wiped when the defect was caught.
drugner_status drugner_context_wipe(drugner_context *context);

// Wipes and ends the context and drops its reference to the model. NULL is allowed.
//
// Do not destroy a context during a call on it: that call finishes unharmed, but the context then leaks.
void drugner_context_destroy(drugner_context *context);

// Copies what the last call on this context (except this function, and calls that were BUSY) reported.
//
// After a success `out->status` is DRUGNER_OK. Keeps the position of an INVALID_TEXT error, for example.
//
// Errors: NULL_POINTER, BUSY, INVALID_ARGUMENT (struct_size of `out`).
drugner_status drugner_context_last_error(const drugner_context *context,
                                          drugner_error *out);

#define DRUGNER_CONTEXT_OPTIONS_INIT \
  { sizeof(drugner_context_options), 0, 0, DRUGNER_INVALID_REPLACE, 0.0f, 0, 0, 0 }

/* ==== Find ========================================================================================= */

// Span flag: the short form of a mention before it, as the text says: `ginseng saponin (GSP)`; label and score are those
// of the long form.
#define DRUGNER_SPAN_ABBREVIATION 1

// Result flag: the text contained malformed units.
#define DRUGNER_RESULT_INVALID_TEXT_SEEN 1

// Result flag: a sentence was longer than max_window_tokens and was cut.
#define DRUGNER_RESULT_SENTENCE_CUT 2

// One mention of a drug: where it is and what it is. 32 bytes, frozen.
typedef struct drugner_span {
  // First unit of the mention, counted from the start of the text that was passed.
  uint32_t start;
  // One past its last unit; `start < end`.
  uint32_t end;
  // See drugner_model_label_name.
  uint16_t label;
  // DRUGNER_SPAN_* flags.
  uint16_t flags;
  // Probability of exactly this span with this label, 0 to 1; calibrated if the model has a calibration table.
  float score;
  // See drugner_model_concept_id; UINT32_MAX for none.
  uint32_t concept_id;
  // Zero.
  uint32_t reserved[3];
} drugner_span;

// Result of a find function.
typedef struct drugner_result {
  // Set by DRUGNER_RESULT_INIT.
  size_t struct_size;
  // The mentions, sorted by start, not overlapping. Owned by the context and valid until its next call. May be
  // NULL when there are none.
  const drugner_span *spans;
  // Number of mentions.
  size_t span_count;
  // Units processed: the length of the text, less only with DRUGNER_E_SPAN_LIMIT.
  size_t consumed;
  // DRUGNER_RESULT_* flags.
  uint32_t flags;
  // Zero.
  uint32_t reserved;
} drugner_result;

// Finds the mentions in UTF-8 text of `bytes` bytes; offsets are bytes.
//
// The text needs no terminator and may contain NUL; (NULL, 0) is the empty text. It is not kept after return.
//
// With DRUGNER_E_SPAN_LIMIT the result is written, too: it holds all mentions before `consumed`, which is greater
// than 0. Call again with the text from there and add `consumed` to the offsets.
//
// Errors: BUSY, POISONED, TEXT_TOO_LONG, INVALID_TEXT (only with DRUGNER_INVALID_REJECT), SPAN_LIMIT,
// INVALID_ARGUMENT (struct_size of `out`), NULL_POINTER, INTERNAL.
drugner_status drugner_find_utf8(drugner_context *context,
                                 const char *text,
                                 size_t bytes,
                                 drugner_result *out);

// Finds the mentions in UTF-16 text of `units` units; offsets are units, as Java, JavaScript and C# count them.
//
// `text` is in the byte order of the machine, without byte order mark, aligned to 2 bytes. The rest is as in
// drugner_find_utf8.
drugner_status drugner_find_utf16(drugner_context *context,
                                  const uint16_t *text,
                                  size_t units,
                                  drugner_result *out);

#define DRUGNER_RESULT_INIT { sizeof(drugner_result), NULL, 0, 0, 0, 0 }

/* ==== Best answers to a sentence =================================================================== */

// One answer to a sentence: all its mentions together. 16 bytes, frozen.
typedef struct drugner_path {
  // Index of its first mention in the spans of drugner_paths.
  uint32_t first_span;
  // Number of its mentions; 0: the sentence holds none.
  uint32_t span_count;
  // Probability of exactly this answer to the sentence under the network, 0 to 1, not calibrated. Never rises from one
  // path to the next.
  float probability;
  // Zero.
  uint32_t reserved;
} drugner_path;

// Result of an nbest function.
typedef struct drugner_paths {
  // Set by DRUGNER_PATHS_INIT.
  size_t struct_size;
  // The paths, the best one first, no two the same. Owned by the context, as the spans are, and valid until its next
  // call. May be NULL when there are none.
  const drugner_path *paths;
  // Number of paths; 0 only behind the last sentence.
  size_t path_count;
  // The mentions of all paths, path by path; those of one are sorted by start and do not overlap. Their score is that
  // of the mention alone, as the find functions give it. May be NULL when there are none.
  const drugner_span *spans;
  // Number of mentions of all paths together.
  size_t span_count;
  // First unit of the sentence; the length of the text behind the last sentence.
  uint32_t start;
  // One past its last unit: pass it as `at` for the next sentence.
  uint32_t end;
  // DRUGNER_RESULT_* flags; of the text, what was read.
  uint32_t flags;
  // Zero.
  uint32_t reserved;
} drugner_paths;

// The up to `most` best answers to one sentence of UTF-8 text of `bytes` bytes, for people who review what was found.
//
// The sentence is the first one that ends behind byte `at`: 0 for the first of the text, `end` of the result for the
// next, the start of a mention for its own. Sentences are those of drugner_find_utf8 and offsets count from the start
// of the text. The first path has the mentions that drugner_find_utf8 finds in this sentence, but as the network alone finds
// them: without DRUGNER_SPAN_ABBREVIATION, and brackets are not completed. min_score and label_mask leave none out. There
// are fewer than `most` paths when a sentence has no more.
//
// The sentence is looked for from the start of the text: time grows with `at`.
//
// The context needs max_paths in its options. Allocates nothing.
//
// Errors: BUSY, POISONED, TEXT_TOO_LONG, INVALID_TEXT (only with DRUGNER_INVALID_REJECT), INVALID_ARGUMENT (`most` is 0
// or above max_paths; struct_size of `out`), NULL_POINTER, INTERNAL.
drugner_status drugner_nbest_utf8(drugner_context *context,
                                  const char *text,
                                  size_t bytes,
                                  size_t at,
                                  uint32_t most,
                                  drugner_paths *out);

// The up to `most` best answers to one sentence of UTF-16 text of `units` units; `at` and all offsets are units.
//
// `text` is as in drugner_find_utf16. The rest is as in drugner_nbest_utf8.
drugner_status drugner_nbest_utf16(drugner_context *context,
                                   const uint16_t *text,
                                   size_t units,
                                   size_t at,
                                   uint32_t most,
                                   drugner_paths *out);

#define DRUGNER_PATHS_INIT { sizeof(drugner_paths), NULL, 0, NULL, 0, 0, 0, 0, 0 }

/* ==== What a model is ============================================================================== */

// The bytes of the model are a private mapping of its file.
#define DRUGNER_STORAGE_MAPPED 1

// The bytes of the model are a copy.
#define DRUGNER_STORAGE_COPIED 2

// The bytes of the model are the caller's memory.
#define DRUGNER_STORAGE_BORROWED 3

// The bytes of the model are part of the library.
#define DRUGNER_STORAGE_LINKED 4

// Sizes and identity of a model, see drugner_model_get_info.
typedef struct drugner_model_info {
  // Set by DRUGNER_MODEL_INFO_INIT.
  size_t struct_size;
  // Major version of the file's format.
  uint32_t format_major;
  // Minor version of the file's format.
  uint32_t format_minor;
  // Family: 1 window (dense layers over a window of words), 3 lstm, 4 bilstm-crf.
  uint32_t architecture;
  // DRUGNER_STORAGE_*.
  uint32_t storage;
  // Size of the file in bytes.
  uint64_t file_size;
  // SHA-256 of the file's content after its section table: the identity of the model, for audit trails.
  uint8_t sha256[32];
  // Words in the vocabulary.
  uint32_t vocabulary;
  // Network inputs per token or window.
  uint32_t input;
  // Units of a hidden layer: per direction of a recurrent one, of the first dense one; 0 without hidden layer.
  uint32_t hidden;
  // Hidden layers.
  uint32_t layers;
  // Tags or classes of the output layer.
  uint32_t tags;
  // Labels; the same as drugner_model_label_count.
  uint32_t labels;
  // Zero.
  uint32_t reserved[2];
} drugner_model_info;

// Fills `out` with sizes and identity of the model. `out` must be initialised.
//
// Errors: NULL_POINTER, INVALID_ARGUMENT (struct_size).
drugner_status drugner_model_get_info(const drugner_model *model, drugner_model_info *out);

// Number of labels; 0 if `model` is NULL.
uint32_t drugner_model_label_count(const drugner_model *model);

// Borrows the name of label `label` (0 .. label_count - 1), such as "drug"; valid as long as the model.
//
// Errors: NULL_POINTER, INVALID_ARGUMENT (no such label).
drugner_status drugner_model_label_name(const drugner_model *model,
                                        uint32_t label,
                                        drugner_str *out);

// Borrows the identifier of concept `number`; valid as long as the model.
//
// Errors: NULL_POINTER, INVALID_ARGUMENT (no such concept). Format version 1 has no concepts, so every number
// is refused.
drugner_status drugner_model_concept_id(const drugner_model *model,
                                        uint32_t number,
                                        drugner_str *out);

// Borrows the value of a metadata key such as "general.license"; valid as long as the model.
//
// Errors: NULL_POINTER, NOT_FOUND (no such key).
drugner_status drugner_model_meta_get(const drugner_model *model,
                                      drugner_str key,
                                      drugner_str *out);

// Name of the instruction set that the model uses: "avx512", "avx2", "neon" or "scalar"; static. "" if `model` is NULL.
//
// Results do not depend on it.
const char *drugner_model_isa(const drugner_model *model);

// Runs the test texts that the model file carries and compares the results bit by bit.
//
// Worth a call at start-up: it proves that this machine computes what the maker of the model computed.
//
// Errors: NULL_POINTER, UNSUPPORTED (the file has no test texts), CHECKSUM (a result differs), OUT_OF_MEMORY.
drugner_status drugner_model_selftest(const drugner_model *model,
                                      drugner_error *error);

#define DRUGNER_MODEL_INFO_INIT \
  { sizeof(drugner_model_info), 0, 0, 0, 0, 0, { 0 }, 0, 0, 0, 0, 0, 0, { 0 } }

/* ==== Offsets in other units ======================================================================= */

// Converts byte offsets of UTF-8 text to offsets of the same text in UTF-16 units.
//
// `in` holds `count` offsets in ascending order (equal ones are allowed); each lies at the start of a character or
// at the end of the text. `out` receives `count` offsets and may be the same array as `in`. Every malformed byte
// counts as one replacement character. Time grows with the length of the text up to the last offset.
//
// On failure `out` is unchanged.
//
// Errors: NULL_POINTER, TEXT_TOO_LONG, INVALID_ARGUMENT (not ascending, beyond the end, inside a character).
drugner_status drugner_offsets_utf8_to_utf16(const char *text,
                                             size_t bytes,
                                             const uint32_t *in,
                                             uint32_t *out,
                                             size_t count);

// Converts byte offsets of UTF-8 text to offsets of the same text in code points, as Python counts them.
//
// The rest is as in drugner_offsets_utf8_to_utf16.
drugner_status drugner_offsets_utf8_to_codepoints(const char *text,
                                                  size_t bytes,
                                                  const uint32_t *in,
                                                  uint32_t *out,
                                                  size_t count);

/* ==== Versions ===================================================================================== */

// Binary interface that this header describes.
#define DRUGNER_ABI_VERSION 1

// Version of the library that runs: `major << 24 | minor << 16 | patch << 8`.
//
// `DRUGNER_VERSION_NUMBER` is the version that the program was compiled with.
uint32_t drugner_version_number(void);

// Version of the library that runs as text such as `0.1.0`; static.
const char *drugner_version_string(void);

// Number of the binary interface. It changes when programs must be compiled anew, and only then.
//
// Equal to `DRUGNER_ABI_VERSION` in a program that fits the library.
uint32_t drugner_abi_version(void);

// Version, processor, system, build profile and features in one line for bug reports; static.
const char *drugner_build_info(void);

// Newest major version of the model format that this library reads.
uint32_t drugner_format_version_newest(void);

// Oldest major version of the model format that this library reads.
uint32_t drugner_format_version_oldest(void);

#ifdef __cplusplus
}
#endif

#endif /* DRUGNER_H */
