// One oneDNN primitive with its memory, behind plain C types.
#ifndef COLONNADE_ONEDNN_H
#define COLONNADE_ONEDNN_H

#include <stdint.h>

typedef struct onednn_op onednn_op;

// The passes, and which array is which: slot 0 is the input's side (x, dx), 1 the
// weights (w, dw), 2 the bias (bias, db), 3 the output's side (y, dy).
enum { PASS_FORWARD, PASS_GRAD_WEIGHTS, PASS_GRAD_INPUT };
enum { SLOT_X, SLOT_W, SLOT_BIAS, SLOT_Y, SLOTS };

// All functions return 0 or a dnnl_status_t.

// Prepares the library; avx2 limits it to AVX2. Before anything else.
int onednn_init(int avx2);

// g: n h w c r s stride o. nhwc fixes the images' layout, else it is free.
// Forward adds a bias and clips at 0; the gradient of weights includes the bias'.
int onednn_conv(onednn_op **out, int pass, int nhwc, const int64_t g[8]);

// y (m,n) = x (m,k) * w (k,n) or one of its gradients; all layouts free.
int onednn_inner(onednn_op **out, int pass, int64_t m, int64_t n, int64_t k);

// Copies a slot from or to this project's plain layout: images (N,H,W,C), filters
// (R,S,C,O), matrices row-major.
int onednn_set(onednn_op *op, int slot, const float *host);
int onednn_get(onednn_op *op, int slot, float *host);

int onednn_run(onednn_op *op, int times);
const char *onednn_name(onednn_op *op); // of the implementation that was chosen
void onednn_free(onednn_op *op);

int onednn_gemm(int times, char ta, char tb, int64_t m, int64_t n, int64_t k,
	const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc);

void onednn_version(int *major, int *minor, int *patch);

#endif
