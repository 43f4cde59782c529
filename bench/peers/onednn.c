#include "onednn.h"

#include <stdlib.h>

#include "oneapi/dnnl/dnnl.h"

#define TRY(call) \
	do { \
		int status_ = (call); \
		if (status_ != dnnl_success) { status = status_; goto done; } \
	} while (0)

static dnnl_engine_t engine;
static dnnl_stream_t stream;

struct onednn_op {
	dnnl_primitive_desc_t hint, desc;
	dnnl_primitive_t primitive;
	dnnl_memory_desc_t plain[SLOTS];
	dnnl_memory_t memory[SLOTS];
	dnnl_exec_arg_t args[SLOTS];
	int nargs;
};

int onednn_init(int avx2) {
	int status = dnnl_success;
	if (avx2) TRY(dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2));
	TRY(dnnl_engine_create(&engine, dnnl_cpu, 0));
	TRY(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
done:
	return status;
}

void onednn_version(int *major, int *minor, int *patch) {
	const dnnl_version_t *v = dnnl_version();
	*major = v->major, *minor = v->minor, *patch = v->patch;
}

// The argument that each slot is in each pass; 0: none.
static const int arguments[3][SLOTS] = {
	[PASS_FORWARD] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST},
	[PASS_GRAD_WEIGHTS] = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS, DNNL_ARG_DIFF_DST},
	[PASS_GRAD_INPUT] = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, 0, DNNL_ARG_DIFF_DST},
};

// Makes the primitive of op->desc and memory in the layouts it wants.
static int finish(onednn_op *op, int pass, int bias) {
	int status = dnnl_success;
	TRY(dnnl_primitive_create(&op->primitive, op->desc));
	for (int slot = 0; slot < SLOTS; slot++) {
		int arg = arguments[pass][slot];
		if (arg == 0 || (slot == SLOT_BIAS && !bias)) continue;
		const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(op->desc, dnnl_query_exec_arg_md, arg);
		TRY(dnnl_memory_create(&op->memory[slot], md, engine, DNNL_MEMORY_ALLOCATE));
		op->args[op->nargs].arg = arg;
		op->args[op->nargs++].memory = op->memory[slot];
	}
done:
	return status;
}

static int tensor(dnnl_memory_desc_t *md, int ndims, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
	return dnnl_memory_desc_init_by_tag(md, ndims, dims, dnnl_f32, tag);
}

int onednn_conv(onednn_op **out, int pass, int nhwc, const int64_t g[8]) {
	int status = dnnl_success;
	int64_t n = g[0], h = g[1], w = g[2], c = g[3], r = g[4], s = g[5], stride = g[6], o = g[7];
	dnnl_dims_t x_dims = {n, c, h, w}, w_dims = {o, c, r, s}, b_dims = {o};
	dnnl_dims_t y_dims = {n, o, (h - r) / stride + 1, (w - s) / stride + 1};
	dnnl_dims_t strides = {stride, stride}, padding = {0, 0};
	dnnl_format_tag_t images = nhwc ? dnnl_nhwc : dnnl_format_tag_any;
	dnnl_memory_desc_t x, weights, bias, y;
	dnnl_convolution_desc_t forward, backward;
	dnnl_primitive_attr_t relu = NULL;
	dnnl_post_ops_t ops = NULL;
	onednn_op *op = calloc(1, sizeof *op);
	if (!op) return dnnl_out_of_memory;

	TRY(tensor(&op->plain[SLOT_X], 4, x_dims, dnnl_nhwc));
	TRY(tensor(&op->plain[SLOT_W], 4, w_dims, dnnl_hwio));
	TRY(tensor(&op->plain[SLOT_BIAS], 1, b_dims, dnnl_a));
	TRY(tensor(&op->plain[SLOT_Y], 4, y_dims, dnnl_nhwc));
	TRY(tensor(&x, 4, x_dims, images));
	TRY(tensor(&weights, 4, w_dims, dnnl_format_tag_any));
	TRY(tensor(&bias, 1, b_dims, dnnl_a));
	TRY(tensor(&y, 4, y_dims, images));
	TRY(dnnl_primitive_attr_create(&relu));
	if (pass == PASS_FORWARD) {
		TRY(dnnl_post_ops_create(&ops));
		TRY(dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0));
		TRY(dnnl_primitive_attr_set_post_ops(relu, ops));
	}
	TRY(dnnl_convolution_forward_desc_init(&forward,
		pass == PASS_FORWARD ? dnnl_forward_inference : dnnl_forward_training, dnnl_convolution_auto,
		&x, &weights, &bias, &y, strides, padding, padding));
	TRY(dnnl_primitive_desc_create(pass == PASS_FORWARD ? &op->desc : &op->hint, &forward, relu, engine, NULL));
	if (pass == PASS_GRAD_WEIGHTS) {
		TRY(dnnl_convolution_backward_weights_desc_init(&backward, dnnl_convolution_auto,
			&x, &weights, &bias, &y, strides, padding, padding));
	} else if (pass == PASS_GRAD_INPUT) {
		TRY(dnnl_convolution_backward_data_desc_init(&backward, dnnl_convolution_auto,
			&x, &weights, &y, strides, padding, padding));
	}
	if (pass != PASS_FORWARD) TRY(dnnl_primitive_desc_create(&op->desc, &backward, NULL, engine, op->hint));
	TRY(finish(op, pass, 1));
done:
	dnnl_post_ops_destroy(ops);
	dnnl_primitive_attr_destroy(relu);
	if (status != dnnl_success) onednn_free(op), op = NULL;
	*out = op;
	return status;
}

int onednn_inner(onednn_op **out, int pass, int64_t m, int64_t n, int64_t k) {
	int status = dnnl_success;
	dnnl_dims_t x_dims = {m, k}, w_dims = {n, k}, y_dims = {m, n};
	dnnl_memory_desc_t x, weights, y;
	dnnl_inner_product_desc_t forward, backward;
	onednn_op *op = calloc(1, sizeof *op);
	if (!op) return dnnl_out_of_memory;

	TRY(tensor(&op->plain[SLOT_X], 2, x_dims, dnnl_ab));
	TRY(tensor(&op->plain[SLOT_W], 2, w_dims, dnnl_ba));
	TRY(tensor(&op->plain[SLOT_Y], 2, y_dims, dnnl_ab));
	TRY(tensor(&x, 2, x_dims, dnnl_format_tag_any));
	TRY(tensor(&weights, 2, w_dims, dnnl_format_tag_any));
	TRY(tensor(&y, 2, y_dims, dnnl_format_tag_any));
	TRY(dnnl_inner_product_forward_desc_init(&forward,
		pass == PASS_FORWARD ? dnnl_forward_inference : dnnl_forward_training, &x, &weights, NULL, &y));
	TRY(dnnl_primitive_desc_create(pass == PASS_FORWARD ? &op->desc : &op->hint, &forward, NULL, engine, NULL));
	if (pass == PASS_GRAD_WEIGHTS) {
		TRY(dnnl_inner_product_backward_weights_desc_init(&backward, &x, &weights, NULL, &y));
	} else if (pass == PASS_GRAD_INPUT) {
		TRY(dnnl_inner_product_backward_data_desc_init(&backward, &x, &weights, &y));
	}
	if (pass != PASS_FORWARD) TRY(dnnl_primitive_desc_create(&op->desc, &backward, NULL, engine, op->hint));
	TRY(finish(op, pass, 0));
done:
	if (status != dnnl_success) onednn_free(op), op = NULL;
	*out = op;
	return status;
}

// Reorders between host, in a slot's plain layout, and the slot.
static int copy(onednn_op *op, int slot, void *host, int in) {
	int status = dnnl_success;
	dnnl_memory_t plain = NULL;
	dnnl_primitive_desc_t desc = NULL;
	dnnl_primitive_t reorder = NULL;
	const dnnl_memory_desc_t *own, *from, *to;
	TRY(dnnl_memory_get_memory_desc(op->memory[slot], &own));
	TRY(dnnl_memory_create(&plain, &op->plain[slot], engine, host));
	from = in ? &op->plain[slot] : own;
	to = in ? own : &op->plain[slot];
	TRY(dnnl_reorder_primitive_desc_create(&desc, from, engine, to, engine, NULL));
	TRY(dnnl_primitive_create(&reorder, desc));
	dnnl_exec_arg_t args[] = {
		{DNNL_ARG_FROM, in ? plain : op->memory[slot]},
		{DNNL_ARG_TO, in ? op->memory[slot] : plain},
	};
	TRY(dnnl_primitive_execute(reorder, stream, 2, args));
	TRY(dnnl_stream_wait(stream));
done:
	dnnl_primitive_destroy(reorder);
	dnnl_primitive_desc_destroy(desc);
	dnnl_memory_destroy(plain);
	return status;
}

int onednn_set(onednn_op *op, int slot, const float *host) { return copy(op, slot, (void *)host, 1); }
int onednn_get(onednn_op *op, int slot, float *host) { return copy(op, slot, host, 0); }

int onednn_run(onednn_op *op, int times) {
	int status = dnnl_success;
	for (int i = 0; i < times; i++) TRY(dnnl_primitive_execute(op->primitive, stream, op->nargs, op->args));
	TRY(dnnl_stream_wait(stream));
done:
	return status;
}

const char *onednn_name(onednn_op *op) {
	const char *name = "";
	dnnl_primitive_desc_query(op->desc, dnnl_query_impl_info_str, 0, &name);
	return name;
}

void onednn_free(onednn_op *op) {
	if (!op) return;
	for (int slot = 0; slot < SLOTS; slot++) dnnl_memory_destroy(op->memory[slot]);
	dnnl_primitive_destroy(op->primitive);
	dnnl_primitive_desc_destroy(op->desc);
	dnnl_primitive_desc_destroy(op->hint);
	free(op);
}

int onednn_gemm(int times, char ta, char tb, int64_t m, int64_t n, int64_t k,
	const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc) {
	int status = dnnl_success;
	for (int i = 0; i < times; i++) TRY(dnnl_sgemm(ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, ldc));
done:
	return status;
}
