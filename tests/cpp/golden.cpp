// The golden notes through drugner.hpp. tests/cpp.rs writes them to standard input, note by note:
//
//   UNIT_BYTES LENGTH COPIES MENTIONS\n
//   LENGTH units\n
//   START END SCORE_BITS LABEL\n          (MENTIONS lines)
#include "drugner.hpp"

#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Expected {
  std::size_t start = 0, end = 0;
  std::uint32_t score_bits = 0;
  std::string label;
};

std::uint32_t bits(float value) {
  std::uint32_t result;
  static_assert(sizeof result == sizeof value);
  std::memcpy(&result, &value, sizeof result);
  return result;
}

void demand(bool condition, const char *what) {
  if (!condition) throw std::runtime_error(what);
}

template <class Text>
void check(const drugner::Model &model, drugner::Context &context, const Text &one, std::size_t copies,
           const std::vector<Expected> &expected) {
  Text text;
  for (std::size_t copy = 0; copy < copies; copy++) text += one;
  const auto mentions = context.find(text);
  demand(mentions.size() == copies * expected.size(), "number of mentions");
  for (std::size_t i = 0; i < mentions.size(); i++) {
    const Expected &golden = expected[i % expected.size()];
    const std::size_t shift = i / expected.size() * one.size();
    demand(mentions[i].start == shift + golden.start && mentions[i].end == shift + golden.end, "offsets");
    demand(bits(mentions[i].score) == golden.score_bits, "score");
    demand(model.label(mentions[i].label) == golden.label, "label");
  }
}

template <class Text>
Text read(std::size_t length) {
  Text text(length, 0);
  const std::size_t bytes = length * sizeof(typename Text::value_type);
  std::cin.read(reinterpret_cast<char *>(text.data()), static_cast<std::streamsize>(bytes));
  demand(std::cin.get() == '\n', "format of the input");
  return text;
}

std::vector<Expected> read_expected(std::size_t count) {
  std::vector<Expected> expected(count);
  for (Expected &golden : expected) std::cin >> golden.start >> golden.end >> golden.score_bits >> golden.label;
  return expected;
}

}  // namespace

int main() {
  const drugner::Model model = drugner::Model::open_default();
  drugner::Context context(model);
  std::size_t unit_bytes, length, copies, count, notes = 0;
  while (std::cin >> unit_bytes >> length >> copies >> count) {
    demand(std::cin.get() == '\n', "format of the input");
    if (unit_bytes == 1) {
      const auto text = read<std::string>(length);
      check(model, context, text, copies, read_expected(count));
    } else {
      const auto text = read<std::u16string>(length);
      check(model, context, text, copies, read_expected(count));
    }
    notes++;
  }
  std::cout << notes << '\n';
}
