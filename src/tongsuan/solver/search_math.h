// Logarithm and exponential from the four basic operations, so that they give the same double on
// every machine (a libm may differ in the last bit). Accurate to some 1e-14, which annealing does
// not need; repeatable, which it does.
#pragma once

namespace tongsuan::solver::primal {

inline constexpr double kLogOfTwo = 0.693147180559945309417;

// Natural logarithm of x > 0: x = m · 2^k with m in [2/3, 4/3], then ln m = 2 artanh((m−1)/(m+1)).
[[nodiscard]] constexpr double natural_log(double x) {
  double twos = 0;
  for (; x > 4.0 / 3; twos += 1) x /= 2;
  for (; x < 2.0 / 3; twos -= 1) x *= 2;
  const double ratio = (x - 1) / (x + 1);
  const double square = ratio * ratio;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * ratio * sum + twos * kLogOfTwo;
}

// e^x for moderate x: the exponential of x / 1024 by series, squared ten times.
[[nodiscard]] constexpr double exponential(double x) {
  const double small = x / 1024;
  double sum = 1;
  for (int k = 8; k >= 1; --k) sum = 1 + sum * small / k;
  for (int i = 0; i < 10; ++i) sum *= sum;
  return sum;
}

}  // namespace tongsuan::solver::primal
