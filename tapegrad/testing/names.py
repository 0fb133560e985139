"""What operations are called in NumPy (or SciPy) and PyTorch.

A line for each public operation: its name in the matrix, then NumPy's and PyTorch's name for what
computes the same, perhaps with other options. "none" says that there is no such function.
``tests/testing/test_names.py`` checks that each name exists and computes the same.
"""

from __future__ import annotations

import functools

_NAMES = """
# arithmetic
abs: numpy.abs, torch.abs
add: numpy.add, torch.add
add_n: none, none
divide: numpy.divide, torch.divide
multiply: numpy.multiply, torch.multiply
negative: numpy.negative, torch.negative
pow: numpy.power, torch.pow
reciprocal: numpy.reciprocal, torch.reciprocal
rsqrt: none, torch.rsqrt
sqrt: numpy.sqrt, torch.sqrt
square: numpy.square, torch.square
squared_difference: none, none
subtract: numpy.subtract, torch.subtract
sign: numpy.sign, torch.sign
divide_no_nan: none, none
multiply_no_nan: none, none
reciprocal_no_nan: none, none
floordiv: numpy.floor_divide, torch.floor_divide
floormod: numpy.remainder, torch.remainder
truncatediv: none, torch.div
truncatemod: numpy.fmod, torch.fmod
xdivy: none, none
xlogy: scipy.special.xlogy, torch.xlogy
xlog1py: scipy.special.xlog1py, torch.special.xlog1py
ceil: numpy.ceil, torch.ceil
floor: numpy.floor, torch.floor
rint: numpy.rint, torch.round
round: numpy.round, torch.round
nextafter: numpy.nextafter, torch.nextafter
clip: numpy.clip, torch.clamp
maximum: numpy.maximum, torch.maximum
minimum: numpy.minimum, torch.minimum
clip_by_global_norm: none, none
clip_by_norm: none, none
cast: numpy.ndarray.astype, torch.Tensor.to
cast_discrete: numpy.ndarray.astype, torch.Tensor.to
saturate_cast: none, none
identity: numpy.copy, torch.clone
stop_gradient: none, torch.detach
check_numerics: none, none
math.nan_to_num: numpy.nan_to_num, torch.nan_to_num

# comparisons, logic, bits
equal: numpy.equal, torch.eq
not_equal: numpy.not_equal, torch.not_equal
less: numpy.less, torch.less
less_equal: numpy.less_equal, torch.less_equal
greater: numpy.greater, torch.greater
greater_equal: numpy.greater_equal, torch.greater_equal
is_nan: numpy.isnan, torch.isnan
is_inf: numpy.isinf, torch.isinf
is_finite: numpy.isfinite, torch.isfinite
logical_and: numpy.logical_and, torch.logical_and
logical_or: numpy.logical_or, torch.logical_or
logical_xor: numpy.logical_xor, torch.logical_xor
logical_not: numpy.logical_not, torch.logical_not
bitwise_and: numpy.bitwise_and, torch.bitwise_and
bitwise_or: numpy.bitwise_or, torch.bitwise_or
bitwise_xor: numpy.bitwise_xor, torch.bitwise_xor
invert: numpy.invert, torch.bitwise_not
left_shift: numpy.left_shift, torch.bitwise_left_shift
right_shift: numpy.right_shift, torch.bitwise_right_shift
in_order: none, none

# elementary functions
cbrt: numpy.cbrt, none
exp2: numpy.exp2, torch.exp2
hypot: numpy.hypot, torch.hypot
log10: numpy.log10, torch.log10
log2: numpy.log2, torch.log2
exp: numpy.exp, torch.exp
expm1: numpy.expm1, torch.expm1
log: numpy.log, torch.log
log1p: numpy.log1p, torch.log1p
sin: numpy.sin, torch.sin
cos: numpy.cos, torch.cos
tan: numpy.tan, torch.tan
asin: numpy.arcsin, torch.asin
acos: numpy.arccos, torch.acos
atan: numpy.arctan, torch.atan
atan2: numpy.arctan2, torch.atan2
sinh: numpy.sinh, torch.sinh
cosh: numpy.cosh, torch.cosh
tanh: numpy.tanh, torch.tanh
asinh: numpy.arcsinh, torch.asinh
acosh: numpy.arccosh, torch.acosh
atanh: numpy.arctanh, torch.atanh
sinc: numpy.sinc, torch.sinc
logaddexp: numpy.logaddexp, torch.logaddexp
logaddexp2: numpy.logaddexp2, torch.logaddexp2

# complex numbers
angle: numpy.angle, torch.angle
complex: none, torch.complex
conj: numpy.conj, torch.conj
imag: numpy.imag, torch.imag
real: numpy.real, torch.real

# special functions
ellipeinc: scipy.special.ellipeinc, none
ellipkinc: scipy.special.ellipkinc, none
ellipkm1: scipy.special.ellipkm1, none
betaincinv: scipy.special.betaincinv, none
exp1: scipy.special.exp1, none
expit: scipy.special.expit, torch.special.expit
gammaincinv: scipy.special.gammaincinv, none
gammainccinv: scipy.special.gammainccinv, none
log1mexp: none, none
logsubexp: none, none
softplus_inverse: none, none
xexpy: none, none
erf: scipy.special.erf, torch.erf
erfc: scipy.special.erfc, torch.erfc
erfinv: scipy.special.erfinv, torch.erfinv
erfcinv: scipy.special.erfcinv, none
erfcx: scipy.special.erfcx, torch.special.erfcx
dawsn: scipy.special.dawsn, none
ndtr: scipy.special.ndtr, torch.special.ndtr
ndtri: scipy.special.ndtri, torch.special.ndtri
log_ndtr: scipy.special.log_ndtr, torch.special.log_ndtr
owens_t: scipy.special.owens_t, none
lgamma: scipy.special.gammaln, torch.lgamma
digamma: scipy.special.digamma, torch.digamma
polygamma: scipy.special.polygamma, torch.polygamma
zeta: scipy.special.zeta, torch.special.zeta
gamma: scipy.special.gamma, none
beta: scipy.special.beta, none
betaln: scipy.special.betaln, none
math.lbeta: none, none
math.special.multigammaln: scipy.special.multigammaln, torch.special.multigammaln
igamma: scipy.special.gammainc, torch.special.gammainc
igammac: scipy.special.gammaincc, torch.special.gammaincc
betainc: scipy.special.betainc, none
bessel_i0: scipy.special.i0, torch.special.i0
bessel_i0e: scipy.special.i0e, torch.special.i0e
bessel_i1: scipy.special.i1, torch.special.i1
bessel_i1e: scipy.special.i1e, torch.special.i1e
bessel_j0: scipy.special.j0, torch.special.bessel_j0
bessel_j1: scipy.special.j1, torch.special.bessel_j1
bessel_k0: scipy.special.k0, torch.special.modified_bessel_k0
bessel_k0e: scipy.special.k0e, torch.special.scaled_modified_bessel_k0
bessel_k1: scipy.special.k1, torch.special.modified_bessel_k1
bessel_k1e: scipy.special.k1e, torch.special.scaled_modified_bessel_k1
bessel_y0: scipy.special.y0, torch.special.bessel_y0
bessel_y1: scipy.special.y1, torch.special.bessel_y1
iv: scipy.special.iv, none
ive: scipy.special.ive, none
jv: scipy.special.jv, none
kv: scipy.special.kv, none
kve: scipy.special.kve, none
yv: scipy.special.yv, none
ellipe: scipy.special.ellipe, none
ellipk: scipy.special.ellipk, none
expint: none, none
fresnel_cos: none, none
fresnel_sin: none, none
lambertw: scipy.special.lambertw, none
spence: scipy.special.spence, none
entr: scipy.special.entr, torch.special.entr
kl_div: scipy.special.kl_div, none
rel_entr: scipy.special.rel_entr, none
logit: scipy.special.logit, torch.logit
random_gamma: none, none

# neural networks
sigmoid: scipy.special.expit, torch.sigmoid
log_sigmoid: scipy.special.log_expit, torch.nn.functional.logsigmoid
softplus: none, torch.nn.functional.softplus
softsign: none, torch.nn.functional.softsign
relu: none, torch.relu
relu6: none, torch.nn.functional.relu6
elu: none, torch.nn.functional.elu
selu: none, torch.selu
gelu: none, torch.nn.functional.gelu
silu: none, torch.nn.functional.silu
leaky_relu: none, torch.nn.functional.leaky_relu
nn.crelu: none, none
softmax: scipy.special.softmax, torch.softmax
log_softmax: scipy.special.log_softmax, torch.log_softmax
softmax_cross_entropy: none, torch.nn.functional.cross_entropy
sparse_softmax_cross_entropy: none, torch.nn.functional.cross_entropy
sigmoid_cross_entropy: none, torch.nn.functional.binary_cross_entropy_with_logits
nn.weighted_cross_entropy_with_logits: none, torch.nn.functional.binary_cross_entropy_with_logits
l2_loss: none, none
nn.log_poisson_loss: none, torch.nn.functional.poisson_nll_loss
nn.batch_normalization: none, torch.nn.functional.batch_norm
nn.batch_norm_with_global_normalization: none, torch.nn.functional.batch_norm
nn.moments: none, torch.var_mean
nn.normalize_moments: none, none
nn.sufficient_statistics: none, none
nn.weighted_moments: none, none
nn.depth_to_space: none, torch.nn.functional.pixel_shuffle
nn.space_to_depth: none, torch.nn.functional.pixel_unshuffle
batch_to_space: none, none
space_to_batch: none, none
in_top_k: none, none
one_hot: none, torch.nn.functional.one_hot

# losses and accuracies
losses.KLD: none, none
losses.MAE: none, torch.nn.functional.l1_loss
losses.MAPE: none, none
losses.MSE: none, none
losses.MSLE: none, none
losses.binary_crossentropy: none, none
losses.binary_focal_crossentropy: none, none
losses.categorical_crossentropy: none, none
losses.categorical_focal_crossentropy: none, none
losses.categorical_hinge: none, none
losses.cosine_similarity: none, none
losses.dice: none, none
losses.hinge: none, none
losses.huber: none, torch.nn.functional.huber_loss
losses.logcosh: none, none
losses.poisson: none, none
losses.sparse_categorical_crossentropy: none, none
losses.squared_hinge: none, none
losses.tversky: none, none
metrics.binary_accuracy: none, none
metrics.categorical_accuracy: none, none
metrics.sparse_categorical_accuracy: none, none
metrics.sparse_top_k_categorical_accuracy: none, none
metrics.top_k_categorical_accuracy: none, none
# reductions and statistics
reduce_sum: numpy.sum, torch.sum
reduce_mean: numpy.mean, torch.mean
reduce_prod: numpy.prod, torch.prod
reduce_max: numpy.max, torch.amax
reduce_min: numpy.min, torch.amin
reduce_all: numpy.all, torch.all
reduce_any: numpy.any, torch.any
reduce_logsumexp: scipy.special.logsumexp, torch.logsumexp
reduce_euclidean_norm: numpy.linalg.norm, torch.linalg.norm
variance: numpy.var, torch.var
math.reduce_std: numpy.std, torch.std
math.std: numpy.std, torch.std
math.ptp: numpy.ptp, none
math.average: numpy.average, none
math.cov: numpy.cov, torch.cov
math.corrcoef: numpy.corrcoef, torch.corrcoef
count_nonzero: numpy.count_nonzero, torch.count_nonzero
math.zero_fraction: none, none
math.median: numpy.median, none
math.quantile: numpy.quantile, torch.quantile
math.percentile: numpy.percentile, none
nanmax: numpy.nanmax, none
nanmin: numpy.nanmin, none
math.nansum: numpy.nansum, torch.nansum
math.nanprod: numpy.nanprod, none
math.nanmean: numpy.nanmean, torch.nanmean
math.nanvar: numpy.nanvar, none
math.nanstd: numpy.nanstd, none
math.nanmedian: numpy.nanmedian, none
math.nanquantile: numpy.nanquantile, torch.nanquantile
math.nanpercentile: numpy.nanpercentile, none
math.histogram2d: numpy.histogram2d, none
math.histogram: numpy.histogram, torch.histogram
digitize: numpy.digitize, torch.bucketize
histogram_fixed_width_bins: none, none
math.confusion_matrix: none, none

# scans, differences, quadrature
cumsum: numpy.cumsum, torch.cumsum
cumprod: numpy.cumprod, torch.cumprod
cumulative_logsumexp: none, torch.logcumsumexp
math.cummax: none, torch.cummax
math.cummin: none, torch.cummin
math.nancumsum: numpy.nancumsum, none
math.nancumprod: numpy.nancumprod, none
math.associative_scan: none, none
math.diff: numpy.diff, torch.diff
math.ediff1d: numpy.ediff1d, none
math.gradient: numpy.gradient, torch.gradient
math.unwrap: numpy.unwrap, none
math.trapezoid: numpy.trapezoid, torch.trapezoid
math.cumulative_trapezoid: scipy.integrate.cumulative_trapezoid, torch.cumulative_trapezoid
math.simpson: scipy.integrate.simpson, none
math.interp: numpy.interp, none
math.polyfit: numpy.polyfit, none
math.polyval: numpy.polyval, none
convolve: numpy.convolve, none
math.correlate: numpy.correlate, none

# shapes
reshape: numpy.reshape, torch.reshape
broadcast_to: numpy.broadcast_to, torch.broadcast_to
zeros_like: numpy.zeros_like, torch.zeros_like
transpose: numpy.transpose, torch.permute
matrix_transpose: numpy.matrix_transpose, torch.adjoint
linalg.adjoint: none, torch.adjoint
concat: numpy.concatenate, torch.cat
stack: numpy.stack, torch.stack
unstack: none, torch.unbind
split: numpy.split, torch.split
pad: numpy.pad, torch.nn.functional.pad
tile: numpy.tile, torch.tile
repeat: numpy.repeat, torch.repeat_interleave
reverse: numpy.flip, torch.flip
roll: numpy.roll, torch.roll
math.rot90: numpy.rot90, torch.rot90
meshgrid: numpy.meshgrid, torch.meshgrid
reverse_sequence: none, none
masked: none, none

# selecting
getitem: none, none
sparse.segment_mean: none, none
sparse.segment_sqrt_n: none, none
where: numpy.where, torch.where
boolean_mask: numpy.compress, torch.masked_select
gather: numpy.take, torch.index_select
gather_rows: numpy.take, torch.nn.functional.embedding
gather_nd: none, none
take_along_axis: numpy.take_along_axis, torch.take_along_dim
put_along_axis: none, torch.scatter_add
scatter_nd: none, none
tensor_scatter_nd_add: none, none
tensor_scatter_nd_sub: none, none
tensor_scatter_nd_update: none, none
tensor_scatter_nd_max: none, none
tensor_scatter_nd_min: none, none
dynamic_partition: none, none
dynamic_stitch: none, none
segment_sum: none, none
segment_prod: none, none
segment_max: none, none
segment_min: none, none
math.segment_mean: none, none
math.unsorted_segment_sum: none, none
math.unsorted_segment_prod: none, none
math.unsorted_segment_max: none, none
math.unsorted_segment_min: none, none
math.unsorted_segment_mean: none, none
math.unsorted_segment_sqrt_n: none, none
unravel_index: numpy.unravel_index, torch.unravel_index
invert_permutation: none, none

# sorting and searching
sort: numpy.sort, torch.sort
argsort: numpy.argsort, torch.argsort
argmax: numpy.argmax, torch.argmax
argmin: numpy.argmin, torch.argmin
argpartition: numpy.argpartition, none
lexsort: numpy.lexsort, none
math.partition: numpy.partition, none
math.top_k: none, torch.topk
math.approx_max_k: none, torch.topk
math.approx_min_k: none, torch.topk
searchsorted: numpy.searchsorted, torch.searchsorted

# products of matrices
linalg.kron: numpy.kron, torch.kron
linalg.multi_dot: numpy.linalg.multi_dot, torch.linalg.multi_dot
matmul: numpy.matmul, torch.matmul
einsum: numpy.einsum, torch.einsum
cross: numpy.cross, torch.linalg.cross
linalg.matrix_power: numpy.linalg.matrix_power, torch.linalg.matrix_power

# linear algebra
linalg.cond: numpy.linalg.cond, torch.linalg.cond
linalg.householder_product: none, torch.linalg.householder_product
linalg.tensorinv: numpy.linalg.tensorinv, torch.linalg.tensorinv
linalg.tensorsolve: numpy.linalg.tensorsolve, torch.linalg.tensorsolve
linalg.vander: numpy.vander, torch.linalg.vander
logm: scipy.linalg.logm, none
polar: scipy.linalg.polar, none
schur: scipy.linalg.schur, none
sylvester: scipy.linalg.solve_sylvester, none
linalg.solve_continuous_lyapunov: scipy.linalg.solve_continuous_lyapunov, none
stein: scipy.linalg.solve_discrete_lyapunov, none
linalg.trace: numpy.trace, torch.trace
linalg.diag: numpy.diag, torch.diag_embed
linalg.diag_part: numpy.diagonal, torch.diagonal
linalg.set_diag: none, torch.diagonal_scatter
linalg.tensor_diag: numpy.diag, torch.diag
linalg.tensor_diag_part: numpy.diagonal, torch.diagonal
linalg.normalize: none, none
linalg.global_norm: none, none
linalg.l2_normalize: none, torch.nn.functional.normalize
det: numpy.linalg.det, torch.linalg.det
slogdet: numpy.linalg.slogdet, torch.linalg.slogdet
linalg.logdet: none, torch.logdet
inv: numpy.linalg.inv, torch.linalg.inv
pinv: numpy.linalg.pinv, torch.linalg.pinv
solve: numpy.linalg.solve, torch.linalg.solve
solve_banded: none, none
triangular_solve: scipy.linalg.solve_triangular, torch.linalg.solve_triangular
linalg.tridiagonal_solve: none, none
linalg.tridiagonal_matmul: none, none
linalg.lstsq: numpy.linalg.lstsq, torch.linalg.lstsq
linalg.matrix_rank: numpy.linalg.matrix_rank, torch.linalg.matrix_rank
cholesky: numpy.linalg.cholesky, torch.linalg.cholesky
qr: numpy.linalg.qr, torch.linalg.qr
lu: none, none
linalg.lu_reconstruct: none, none
linalg.lu_matrix_inverse: none, none
linalg.lu_solve: none, none
svd: numpy.linalg.svd, torch.linalg.svd
eigh: numpy.linalg.eigh, torch.linalg.eigh
eigvalsh: numpy.linalg.eigvalsh, torch.linalg.eigvalsh
eig: numpy.linalg.eig, torch.linalg.eig
eigvals: numpy.linalg.eigvals, torch.linalg.eigvals
linalg.eigh_tridiagonal: scipy.linalg.eigvalsh_tridiagonal, none
expm: scipy.linalg.expm, torch.linalg.matrix_exp
sqrtm: scipy.linalg.sqrtm, none

# Fourier transforms and signals
fft: numpy.fft.fft, torch.fft.fft
ifft: numpy.fft.ifft, torch.fft.ifft
rfft: numpy.fft.rfft, torch.fft.rfft
irfft: numpy.fft.irfft, torch.fft.irfft
signal.rfftnd: numpy.fft.rfftn, torch.fft.rfftn
signal.hfft: numpy.fft.hfft, torch.fft.hfft
signal.hfft2: scipy.fft.hfft2, torch.fft.hfft2
signal.hfftn: scipy.fft.hfftn, torch.fft.hfftn
signal.ihfft: numpy.fft.ihfft, torch.fft.ihfft
signal.ihfft2: scipy.fft.ihfft2, torch.fft.ihfft2
signal.ihfftn: scipy.fft.ihfftn, torch.fft.ihfftn
signal.fftconvolve: scipy.signal.fftconvolve, none
dct: scipy.fft.dct, none
dst: scipy.fft.dst, none
frames: none, torch.Tensor.unfold
overlap_add: none, none
signal.stft: none, none
signal.inverse_stft: none, none
signal.mdct: none, none
signal.inverse_mdct: none, none
signal.mfccs_from_log_mel_spectrograms: none, none

# convolution, pooling, images
dilation: none, none
nn.erosion2d: none, none
image.image_gradients: none, none
image.per_image_standardization: none, none
image.psnr: none, none
image.rot90: numpy.rot90, torch.rot90
image.ssim: none, none
image.adjust_brightness: none, none
image.adjust_contrast: none, none
image.adjust_gamma: none, none
image.adjust_hue: none, none
image.adjust_saturation: none, none
image.crop_and_resize: none, none
image.hsv_to_rgb: none, none
image.resize_with_crop_or_pad: none, none
image.rgb_to_grayscale: none, none
image.rgb_to_hsv: none, none
image.sobel_edges: none, none
image.total_variation: none, none
resample: none, torch.nn.functional.interpolate
conv: none, torch.nn.functional.conv2d
conv_input: none, torch.nn.functional.conv_transpose2d
nn.depthwise_conv2d: none, torch.nn.functional.conv2d
nn.separable_conv2d: none, none
window_max: none, torch.nn.functional.max_pool2d
nn.max_pool_with_argmax: none, torch.nn.functional.max_pool2d_with_indices
nn.avg_pool: none, torch.nn.functional.avg_pool2d
nn.avg_pool1d: none, torch.nn.functional.avg_pool1d
nn.avg_pool2d: none, torch.nn.functional.avg_pool2d
nn.avg_pool3d: none, torch.nn.functional.avg_pool3d
nn.pool: none, none
nn.local_response_normalization: none, torch.nn.functional.local_response_norm
"""


@functools.cache
def names() -> dict[str, tuple[str, str]]:
    """Operation -> name in NumPy or SciPy, name in PyTorch."""
    found = {}
    for line in _NAMES.splitlines():
        operation, colon, elsewhere = line.partition(": ")
        if colon and not line.startswith("#"):
            numpy, pytorch = elsewhere.split(", ")
            found[operation] = (numpy, pytorch)
    return found
