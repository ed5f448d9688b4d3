/* Mistakes on purpose, one for each sanitizer: a tool that says nothing here proves nothing elsewhere. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int shared;

static void *write_shared(void *unused) {
  (void)unused;
  for (int i = 0; i < 10000; i++) shared++;
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  if (strcmp(argv[1], "address") == 0) {
    char *memory = malloc(8);
    if (memory == NULL) return 2;
    memory[argc] = 1;
    free(memory);
    printf("%d\n", memory[argc]);
  } else if (strcmp(argv[1], "undefined") == 0) {
    int large = 0x7fffffff;
    printf("%d\n", large + argc);
  } else {
    pthread_t thread;
    if (pthread_create(&thread, NULL, write_shared, NULL) != 0) return 2;
    write_shared(NULL);
    pthread_join(thread, NULL);
    printf("%d\n", shared);
  }
  return 0;
}
