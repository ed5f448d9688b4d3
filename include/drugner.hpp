// drugner for C++17: the C API of drugner.h as objects. Header only; nothing of C++ crosses the library's boundary, so
// any compiler and any standard library fit one drugner library.
//
//     drugner::Model model = drugner::Model::open_default();
//     drugner::Context context(model);
//     for (const drugner::Mention &mention : context.find(note)) {
//       use(mention.start, mention.end, model.label(mention.label));
//     }
//
// Every operation that can fail has two forms. The plain one throws drugner::Error. The one that begins with `try_` is
// noexcept, returns the status and writes its result through a reference, only on success. Without exceptions
// (-fno-exceptions, or DRUGNER_NO_EXCEPTIONS defined) only the second form exists.
//
// Texts are views and need no terminator. Offsets count in the units of the view that was passed: bytes of a
// std::string_view, UTF-16 units of a std::u16string_view. Threads share a Model; each has a Context of its own.

#ifndef DRUGNER_HPP
#define DRUGNER_HPP

#include "drugner.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#if !defined(DRUGNER_NO_EXCEPTIONS) && !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#define DRUGNER_NO_EXCEPTIONS
#endif

#ifndef DRUGNER_NO_EXCEPTIONS
#include <stdexcept>
#include <vector>
#endif

namespace drugner {
inline namespace v1 {

// One mention: start, end, label, score. See drugner_span.
using Mention = drugner_span;

// Options with their defaults; set the fields that drugner_model_options describes.
struct ModelOptions : drugner_model_options {
  ModelOptions() noexcept : drugner_model_options DRUGNER_MODEL_OPTIONS_INIT {}
};

// Options with their defaults; set the fields that drugner_context_options describes.
struct ContextOptions : drugner_context_options {
  ContextOptions() noexcept : drugner_context_options DRUGNER_CONTEXT_OPTIONS_INIT {}
};

// What went wrong: status, os_error, position, message. The message never holds input text.
struct ErrorInfo : drugner_error {
  ErrorInfo() noexcept : drugner_error DRUGNER_ERROR_INIT {}
};

// Mentions in memory of a Context: valid until the next call on that context or its end.
class Mentions {
 public:
  Mentions() noexcept = default;
  Mentions(const Mention *first, std::size_t size) noexcept : first_(first), size_(size) {}

  const Mention *begin() const noexcept { return first_; }
  const Mention *end() const noexcept { return size_ == 0 ? first_ : first_ + size_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const Mention &operator[](std::size_t index) const noexcept { return first_[index]; }

 private:
  const Mention *first_ = nullptr;
  std::size_t size_ = 0;
};

// Result of Context::try_find; flags and consumed are those of drugner_result.
struct Found : drugner_result {
  Found() noexcept : drugner_result DRUGNER_RESULT_INIT {}

  Mentions mentions() const noexcept { return {spans, span_count}; }
};

// One answer to a sentence: its mentions together, and how probable exactly these are.
struct Answer {
  float probability;
  Mentions mentions;
};

// The best answers to one sentence, the best one first; start, end and flags are those of drugner_paths.
struct Answers : drugner_paths {
  Answers() noexcept : drugner_paths DRUGNER_PATHS_INIT {}

  std::size_t size() const noexcept { return path_count; }
  bool empty() const noexcept { return path_count == 0; }
  Answer operator[](std::size_t index) const noexcept {
    const drugner_path &path = paths[index];
    return {path.probability, {path.span_count == 0 ? nullptr : spans + path.first_span, path.span_count}};
  }
};

#ifndef DRUGNER_NO_EXCEPTIONS
// The exception of all plain operations.
class Error : public std::runtime_error {
 public:
  explicit Error(const ErrorInfo &info)
      : std::runtime_error(info.message[0] != '\0' ? info.message : drugner_status_message(info.status)),
        status_(info.status),
        os_error_(info.os_error),
        position_(info.position) {}

  // A DRUGNER_E_* code.
  drugner_status status() const noexcept { return status_; }
  // errno of a failed system call, 0 if none.
  std::int32_t os_error() const noexcept { return os_error_; }
  // Byte of the model file or unit of the text, else DRUGNER_NO_POSITION.
  std::uint64_t position() const noexcept { return position_; }

 private:
  drugner_status status_;
  std::int32_t os_error_;
  std::uint64_t position_;
};
#endif

// A model: immutable, shared by threads and contexts. Copies refer to the same model.
//
// An object that holds no model (default-constructed or moved from) has no labels, and a context for it fails with
// DRUGNER_E_NULL_POINTER.
class Model {
 public:
  Model() noexcept = default;
  Model(const Model &other) noexcept : model_(drugner_model_retain(other.model_)) {}
  Model(Model &&other) noexcept : model_(std::exchange(other.model_, nullptr)) {}
  Model &operator=(Model other) noexcept {
    std::swap(model_, other.model_);
    return *this;
  }
  ~Model() { drugner_model_release(model_); }

  // Opens the model that is linked into the library.
  static drugner_status try_open_default(Model &out, const ModelOptions &options = {},
                                         ErrorInfo *error = nullptr) noexcept {
    drugner_model *model = nullptr;
    const drugner_status status = drugner_model_open_default(&options, &model, error);
    return adopt(status, model, out);
  }

  // Opens a model file. `path` is NUL-terminated: UTF-8, on Unix any bytes.
  static drugner_status try_open_file(const char *path, Model &out, const ModelOptions &options = {},
                                      ErrorInfo *error = nullptr) noexcept {
    drugner_model *model = nullptr;
    const drugner_status status = drugner_model_open_file(path, &options, &model, error);
    return adopt(status, model, out);
  }

  // Opens a copy of the bytes of a model file.
  static drugner_status try_open_memory(std::string_view bytes, Model &out, const ModelOptions &options = {},
                                        ErrorInfo *error = nullptr) noexcept {
    drugner_model *model = nullptr;
    const drugner_status status =
        drugner_model_open_memory(bytes.data(), bytes.size(), nullptr, nullptr, &options, &model, error);
    return adopt(status, model, out);
  }

  // Computes the test texts of the model file and compares the results bit by bit.
  drugner_status try_selftest(ErrorInfo *error = nullptr) const noexcept {
    return drugner_model_selftest(model_, error);
  }

#ifndef DRUGNER_NO_EXCEPTIONS
  static Model open_default(const ModelOptions &options = {}) {
    Model model;
    ErrorInfo error;
    if (try_open_default(model, options, &error) != DRUGNER_OK) throw Error(error);
    return model;
  }

  static Model open_file(const char *path, const ModelOptions &options = {}) {
    Model model;
    ErrorInfo error;
    if (try_open_file(path, model, options, &error) != DRUGNER_OK) throw Error(error);
    return model;
  }

  static Model open_memory(std::string_view bytes, const ModelOptions &options = {}) {
    Model model;
    ErrorInfo error;
    if (try_open_memory(bytes, model, options, &error) != DRUGNER_OK) throw Error(error);
    return model;
  }

  void selftest() const {
    ErrorInfo error;
    if (try_selftest(&error) != DRUGNER_OK) throw Error(error);
  }
#endif

  explicit operator bool() const noexcept { return model_ != nullptr; }

  std::uint32_t label_count() const noexcept { return drugner_model_label_count(model_); }

  // Name of a label such as "drug"; valid as long as the model. Empty for a number that no label has.
  std::string_view label(std::uint32_t label) const noexcept {
    drugner_str name = {nullptr, 0};
    (void)drugner_model_label_name(model_, label, &name);
    return {name.data, name.len};
  }

  // Value of a metadata key such as "general.license"; valid as long as the model.
  std::optional<std::string_view> meta(std::string_view key) const noexcept {
    drugner_str value = {nullptr, 0};
    if (drugner_model_meta_get(model_, {key.data(), key.size()}, &value) != DRUGNER_OK) return std::nullopt;
    return std::string_view(value.data, value.len);
  }

  // Sizes and identity; all zero without a model.
  drugner_model_info info() const noexcept {
    drugner_model_info info = DRUGNER_MODEL_INFO_INIT;
    (void)drugner_model_get_info(model_, &info);
    return info;
  }

  // Instruction set in use: "avx512", "avx2", "neon" or "scalar". Results do not depend on it.
  const char *isa() const noexcept { return drugner_model_isa(model_); }

  // The handle, for functions of drugner.h; the object keeps its reference.
  const drugner_model *get() const noexcept { return model_; }

 private:
  static drugner_status adopt(drugner_status status, drugner_model *model, Model &out) noexcept {
    if (status == DRUGNER_OK) {
      drugner_model_release(out.model_);
      out.model_ = model;
    }
    return status;
  }

  drugner_model *model_ = nullptr;
};

// Scratch memory for calls on one model: one user at a time, on any thread. It keeps the model alive.
class Context {
 public:
  // Holds no context; calls fail with DRUGNER_E_NULL_POINTER.
  Context() noexcept = default;

  static drugner_status try_create(const Model &model, Context &out, const ContextOptions &options = {},
                                   ErrorInfo *error = nullptr) noexcept {
    drugner_context *context = nullptr;
    const drugner_status status = drugner_context_create(model.get(), &options, &context, error);
    if (status == DRUGNER_OK) out.context_.reset(context);
    return status;
  }

  // Finds mentions without copying or allocating.
  //
  // DRUGNER_E_SPAN_LIMIT means that more follow from out.consumed on; try_for_each goes on by itself.
  drugner_status try_find(std::string_view text, Found &out) noexcept {
    return drugner_find_utf8(context_.get(), text.data(), text.size(), &out);
  }
  drugner_status try_find(std::u16string_view text, Found &out) noexcept {
    return drugner_find_utf16(context_.get(), units(text), text.size(), &out);
  }

  // Calls visit(const Mention &) for every mention, however many there are, with offsets in the whole text. Does not
  // allocate. `visit` must not use this context. After a failure it may have been called for a part of the mentions.
  template <class Visit>
  drugner_status try_for_each(std::string_view text, Visit &&visit) {
    return each(text, visit);
  }
  template <class Visit>
  drugner_status try_for_each(std::u16string_view text, Visit &&visit) {
    return each(text, visit);
  }

  // The up to `most` best answers to the sentence that holds unit `at`, see drugner_nbest_utf8. The context needs
  // max_paths in its options.
  drugner_status try_nbest(std::string_view text, std::size_t at, std::uint32_t most, Answers &out) noexcept {
    return drugner_nbest_utf8(context_.get(), text.data(), text.size(), at, most, &out);
  }
  drugner_status try_nbest(std::u16string_view text, std::size_t at, std::uint32_t most, Answers &out) noexcept {
    return drugner_nbest_utf16(context_.get(), units(text), text.size(), at, most, &out);
  }

  // Overwrites the traces of earlier texts with zeros.
  drugner_status try_wipe() noexcept { return drugner_context_wipe(context_.get()); }

  // Wipes the context and makes it as new, also after DRUGNER_E_INTERNAL.
  drugner_status try_reset() noexcept { return drugner_context_reset(context_.get()); }

  // What the last call reported.
  ErrorInfo last_error() const noexcept {
    ErrorInfo error;
    const drugner_status status = drugner_context_last_error(context_.get(), &error);
    if (status != DRUGNER_OK) error.status = status;
    return error;
  }

#ifndef DRUGNER_NO_EXCEPTIONS
  explicit Context(const Model &model, const ContextOptions &options = {}) {
    ErrorInfo error;
    if (try_create(model, *this, options, &error) != DRUGNER_OK) throw Error(error);
  }

  // All mentions of the text, however many there are.
  std::vector<Mention> find(std::string_view text) { return collect(text); }
  std::vector<Mention> find(std::u16string_view text) { return collect(text); }

  // As try_nbest; the answers are valid until the next call on this context.
  Answers nbest(std::string_view text, std::size_t at, std::uint32_t most) {
    Answers answers;
    demand(try_nbest(text, at, most, answers));
    return answers;
  }
  Answers nbest(std::u16string_view text, std::size_t at, std::uint32_t most) {
    Answers answers;
    demand(try_nbest(text, at, most, answers));
    return answers;
  }

  void wipe() { demand(try_wipe()); }
  void reset() { demand(try_reset()); }
#endif

  explicit operator bool() const noexcept { return context_ != nullptr; }

  // The handle, for functions of drugner.h; the object stays its owner.
  drugner_context *get() const noexcept { return context_.get(); }

 private:
  struct Destroy {
    void operator()(drugner_context *context) const noexcept { drugner_context_destroy(context); }
  };

  static const std::uint16_t *units(std::u16string_view text) noexcept {
    static_assert(sizeof(char16_t) == sizeof(std::uint16_t) && alignof(char16_t) == alignof(std::uint16_t));
    return reinterpret_cast<const std::uint16_t *>(text.data());
  }

  template <class Text, class Visit>
  drugner_status each(Text text, Visit &visit) {
    std::size_t base = 0;
    drugner_status status;
    do {
      Found found;
      status = try_find(text.substr(base), found);
      if (status != DRUGNER_OK && status != DRUGNER_E_SPAN_LIMIT) return status;
      for (Mention mention : found.mentions()) {
        mention.start += static_cast<std::uint32_t>(base);
        mention.end += static_cast<std::uint32_t>(base);
        visit(static_cast<const Mention &>(mention));
      }
      base += found.consumed;
    } while (status == DRUGNER_E_SPAN_LIMIT);
    return DRUGNER_OK;
  }

#ifndef DRUGNER_NO_EXCEPTIONS
  template <class Text>
  std::vector<Mention> collect(Text text) {
    std::vector<Mention> mentions;
    demand(try_for_each(text, [&](const Mention &mention) { mentions.push_back(mention); }));
    return mentions;
  }

  // Throws the error of the last call on this context.
  void demand(drugner_status status) const {
    if (status == DRUGNER_OK) return;
    ErrorInfo error;
    // A busy context describes the call of another thread.
    if (status != DRUGNER_E_BUSY) error = last_error();
    if (error.status != status) error = ErrorInfo();
    error.status = status;
    throw Error(error);
  }
#endif

  std::unique_ptr<drugner_context, Destroy> context_;
};

// Whether the library that runs has the binary interface that the program was compiled for.
inline bool abi_matches() noexcept { return drugner_abi_version() == DRUGNER_ABI_VERSION; }

}  // namespace v1
}  // namespace drugner

#endif  // DRUGNER_HPP
