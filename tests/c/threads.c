/* Threads share a model; a context that two of them use at once is busy for one, and right for the other.
   `threads [THREADS [SECONDS]]`: 4 threads once, or so many of them again and again for so long. */
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_THREADS = 256, ROUNDS = 200 };

static const char note[] = "Patient takes aspirin 100 mg daily.";
static int thread_count = 4;
static drugner_model *model;
static drugner_context *shared;

static void *use_own_context(void *unused) {
  (void)unused;
  for (int i = 0; i < ROUNDS; i++) {
    drugner_context *context = NULL;
    drugner_result result = DRUGNER_RESULT_INIT;
    CHECK_STATUS(DRUGNER_OK, drugner_context_create(drugner_model_retain(model), NULL, &context, NULL));
    CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(context, note, sizeof note - 1, &result));
    CHECK(result.span_count > 0);
    drugner_context_destroy(context);
    drugner_model_release(model);
  }
  return NULL;
}

static void *use_shared_context(void *unused) {
  (void)unused;
  for (int i = 0; i < ROUNDS; i++) {
    drugner_result result = DRUGNER_RESULT_INIT;
    drugner_error error = DRUGNER_ERROR_INIT;
    drugner_status status = drugner_find_utf8(shared, note, sizeof note - 1, &result);
    CHECK(status == DRUGNER_E_BUSY || (status == DRUGNER_OK && result.consumed == sizeof note - 1));
    status = drugner_context_last_error(shared, &error);
    CHECK(status == DRUGNER_E_BUSY || (status == DRUGNER_OK && error.status == DRUGNER_OK));
  }
  return NULL;
}

static void run(void *(*body)(void *)) {
  pthread_t threads[MOST_THREADS];
  for (int i = 0; i < thread_count; i++) CHECK(pthread_create(&threads[i], NULL, body, NULL) == 0);
  for (int i = 0; i < thread_count; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv) {
  const time_t end = time(NULL) + (argc > 2 ? atol(argv[2]) : 0);
  if (argc > 1) thread_count = atoi(argv[1]);
  CHECK(thread_count > 0 && thread_count <= MOST_THREADS);
  drugner_result result = DRUGNER_RESULT_INIT;
  CHECK_STATUS(DRUGNER_OK, drugner_model_open_default(NULL, &model, NULL));
  CHECK_STATUS(DRUGNER_OK, drugner_context_create(model, NULL, &shared, NULL));
  do {
    run(use_own_context);
    run(use_shared_context);
  } while (time(NULL) < end);
  CHECK_STATUS(DRUGNER_OK, drugner_find_utf8(shared, note, sizeof note - 1, &result));
  drugner_context_destroy(shared);
  drugner_model_release(model);
  return 0;
}
