// Prints the drug mentions of a note.
//
//   c++ -std=c++17 examples/cpp/tag_note.cpp $(pkg-config --cflags --libs drugner) -o tag_note
//   ./tag_note [-m MODEL] FILE        (FILE is - for standard input)
//
// One line per mention, columns separated by tabs: start, end (bytes, half-open), label, score, text.
// Ends with 0, with 1 after an error, with 2 when the arguments are wrong.
#include "drugner.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

std::string read_all(std::istream &input) {
  input.exceptions(std::ios::badbit);
  return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
}

std::string read_note(const std::string &path) {
  if (path == "-") return read_all(std::cin);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return read_all(file);
}

void print_mention(const drugner::Model &model, const drugner::Mention &mention, std::string_view text) {
  char score[16];
  std::snprintf(score, sizeof score, "%.3f", static_cast<double>(mention.score));
  std::cout << mention.start << '\t' << mention.end << '\t' << model.label(mention.label) << '\t' << score << '\t';
  for (const char c : text.substr(mention.start, mention.end - mention.start)) {
    const auto byte = static_cast<unsigned char>(c);
    std::cout << (byte < 32 || byte == 127 ? ' ' : c);
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char **argv) {
  const bool has_model = argc > 2 && std::string_view(argv[1]) == "-m";
  const int argument = has_model ? 3 : 1;
  if (argc != argument + 1) {
    std::cerr << "usage: tag_note [-m MODEL] FILE\n";
    return 2;
  }
  try {
    const std::string text = read_note(argv[argument]);
    const auto model = has_model ? drugner::Model::open_file(argv[2]) : drugner::Model::open_default();
    drugner::Context context(model);
    for (const drugner::Mention &mention : context.find(text)) print_mention(model, mention, text);
  } catch (const std::exception &error) {
    std::cerr << "tag_note: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
