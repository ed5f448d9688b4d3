// drugner.hpp with the default model. Compiled with and without exceptions.
#include "drugner.hpp"
#include "drugner.hpp"  // the include guard works

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#define CHECK(condition)                                                              \
  do {                                                                                \
    if (!(condition)) {                                                               \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
      std::exit(1);                                                                   \
    }                                                                                 \
  } while (0)

using drugner::Answers;
using drugner::Context;
using drugner::ContextOptions;
using drugner::ErrorInfo;
using drugner::Found;
using drugner::Mention;
using drugner::Model;

static_assert(std::is_nothrow_copy_constructible_v<Model> && std::is_nothrow_move_constructible_v<Model>);
static_assert(!std::is_copy_constructible_v<Context> && std::is_nothrow_move_constructible_v<Context>);
static_assert(sizeof(Model) == sizeof(void *) && sizeof(Context) == sizeof(void *));

namespace {

constexpr std::string_view kNote = "\xc3\x89tude of 2 drugs: aspirin, \xf0\x9f\x92\x8a warfarin.";
constexpr std::u16string_view kNote16 = u"\u00c9tude of 2 drugs: aspirin, \U0001f48a warfarin.";

bool contains(const Found &found, std::size_t start, std::size_t end) {
  for (const Mention &mention : found.mentions()) {
    if (mention.start == start && mention.end == end) return true;
  }
  return false;
}

Model default_model() {
  Model model;
  ErrorInfo error;
  CHECK(Model::try_open_default(model, {}, &error) == DRUGNER_OK && model && error.status == DRUGNER_OK);
  return model;
}

void models_are_shared() {
  Model model = default_model();
  Model copy = model;
  CHECK(copy.get() == model.get());
  Model moved = std::move(model);
  CHECK(!model && moved.get() == copy.get());
  model = moved;
  moved = Model();
  CHECK(model && !moved && model.get() == copy.get());
  CHECK(model.label_count() == 4 && model.label(0) == "drug" && model.label(99).empty());
  CHECK(model.meta("general.license").has_value() && !model.meta("no.such.key").has_value());
  CHECK(model.info().labels == 4 && std::strlen(model.isa()) > 0 && model.try_selftest() == DRUGNER_OK);
  // What holds no model is harmless.
  CHECK(moved.label_count() == 0 && moved.info().labels == 0 && moved.label(0).empty());
  CHECK(moved.try_selftest() == DRUGNER_E_NULL_POINTER);
  Context context;
  CHECK(Context::try_create(moved, context) == DRUGNER_E_NULL_POINTER && !context);
}

void failures_leave_the_output_alone() {
  Model model = default_model();
  const drugner_model *before = model.get();
  ErrorInfo error;
  CHECK(Model::try_open_file("/no/such/model", model, {}, &error) == DRUGNER_E_NOT_FOUND);
  CHECK(error.status == DRUGNER_E_NOT_FOUND && error.message[0] != '\0' && model.get() == before);
  CHECK(Model::try_open_memory("not a model", model) != DRUGNER_OK && model.get() == before);
}

void finds_in_both_units() {
  Context context;
  {
    const Model model = default_model();
    CHECK(Context::try_create(model, context) == DRUGNER_OK);
  }
  Found found;
  CHECK(context.try_find(kNote, found) == DRUGNER_OK);
  CHECK(contains(found, 19, 26) && contains(found, 33, 41) && found.consumed == kNote.size());
  CHECK(context.try_find(kNote16, found) == DRUGNER_OK);
  CHECK(contains(found, 18, 25) && contains(found, 30, 38) && found.consumed == kNote16.size());
  CHECK(context.try_find(std::string_view(), found) == DRUGNER_OK && found.mentions().empty());
  CHECK(context.try_find(std::u16string_view(), found) == DRUGNER_OK && found.mentions().empty());
  CHECK(context.try_wipe() == DRUGNER_OK && context.try_reset() == DRUGNER_OK);

  Context other = std::move(context);
  CHECK(!context && context.try_find(kNote, found) == DRUGNER_E_NULL_POINTER);
  CHECK(context.last_error().status == DRUGNER_E_NULL_POINTER);
  CHECK(other.try_find(kNote, found) == DRUGNER_OK && contains(found, 33, 41));
}

void visits_more_mentions_than_fit() {
  ContextOptions options;
  options.max_spans = 1;
  Context context;
  CHECK(Context::try_create(default_model(), context, options) == DRUGNER_OK);
  Found found;
  CHECK(context.try_find(kNote, found) == DRUGNER_E_SPAN_LIMIT && found.consumed < kNote.size());
  int seen = 0;
  const auto visit = [&](const Mention &mention) {
    CHECK(seen == 0 ? mention.start == 19 : mention.start == 33 && mention.end == 41);
    seen++;
  };
  CHECK(context.try_for_each(kNote, visit) == DRUGNER_OK && seen == 2);
  int seen16 = 0;
  CHECK(context.try_for_each(kNote16, [&](const Mention &) { seen16++; }) == DRUGNER_OK && seen16 == 2);
}

void answers_come_best_first() {
  ContextOptions options;
  options.max_paths = 4;
  Context context;
  CHECK(Context::try_create(default_model(), context, options) == DRUGNER_OK);
  Answers answers;
  CHECK(context.try_nbest(kNote, 0, 4, answers) == DRUGNER_OK && answers.size() == 4);
  CHECK(answers.start == 0 && answers.end == kNote.size());
  for (std::size_t i = 1; i < answers.size(); i++) CHECK(answers[i].probability <= answers[i - 1].probability);
  CHECK(answers[0].mentions.size() == 2 && answers[0].mentions[1].end == 41);
  CHECK(context.try_nbest(kNote16, 0, 1, answers) == DRUGNER_OK && answers[0].mentions[1].end == 38);
  CHECK(context.try_nbest(kNote, kNote.size(), 1, answers) == DRUGNER_OK && answers.empty());
  CHECK(context.try_nbest(kNote, 0, 9, answers) == DRUGNER_E_INVALID_ARGUMENT);
}

#ifndef DRUGNER_NO_EXCEPTIONS
template <class Operation>
drugner::Error thrown_by(Operation operation) {
  try {
    operation();
  } catch (const drugner::Error &error) {
    return error;
  }
  std::fprintf(stderr, "nothing was thrown\n");
  std::exit(1);
}

void plain_operations_throw() {
  const Model model = Model::open_default();
  model.selftest();
  ContextOptions options;
  options.max_spans = 1;
  options.max_paths = 2;
  options.invalid_text = DRUGNER_INVALID_REJECT;
  Context context(model, options);
  const auto mentions = context.find(kNote);
  CHECK(mentions.size() == 2 && mentions[1].start == 33 && mentions[1].end == 41);
  CHECK(context.find(kNote16).at(1).end == 38);
  CHECK(context.nbest(kNote, 0, 2)[0].mentions.size() == 2 && context.nbest(kNote16, 0, 2).size() == 2);
  context.wipe();
  context.reset();

  const auto missing = thrown_by([] { (void)Model::open_file("/no/such/model"); });
  CHECK(missing.status() == DRUGNER_E_NOT_FOUND && std::strlen(missing.what()) > 0);
  CHECK(thrown_by([] { (void)Model::open_memory(""); }).status() != DRUGNER_OK);
  CHECK(thrown_by([] { Model().selftest(); }).status() == DRUGNER_E_NULL_POINTER);
  CHECK(thrown_by([] { Context(Model{}); }).status() == DRUGNER_E_NULL_POINTER);
  const auto invalid = thrown_by([&] { (void)context.find("ab\xff"); });
  CHECK(invalid.status() == DRUGNER_E_INVALID_TEXT && invalid.position() == 2);
  CHECK(thrown_by([&] { (void)context.nbest(kNote, 0, 3); }).status() == DRUGNER_E_INVALID_ARGUMENT);
  CHECK(thrown_by([] { (void)Context().find(kNote); }).status() == DRUGNER_E_NULL_POINTER);
}
#endif

}  // namespace

int main() {
  CHECK(drugner::abi_matches());
  models_are_shared();
  failures_leave_the_output_alone();
  finds_in_both_units();
  visits_more_mentions_than_fit();
  answers_come_best_first();
#ifndef DRUGNER_NO_EXCEPTIONS
  plain_operations_throw();
#endif
  return 0;
}
