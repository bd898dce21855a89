#include "datasets/storms/synthetic_storm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "search/base/random.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t side = storm_side;
constexpr float spacing = 1000;  // m
constexpr float centre = (storm_side - 1) / 2.0f;

using Field = std::array<float, side * side>;

float drawn(RandomStream& random, double low, double high) {
  return static_cast<float>(random.uniform(low, high));
}
float normal(RandomStream& random, double deviation) {
  return static_cast<float>(deviation * random.normal());
}
float sigmoid(float x) {
  return 1 / (1 + std::exp(-x));
}

/// Coordinates in km from the patch's centre, eastward and northward.
template <class F>
void each_point(F f) {
  for (std::size_t row = 0; row < side; ++row) {
    for (std::size_t column = 0; column < side; ++column) {
      f(row * side + column, static_cast<float>(column) - centre, static_cast<float>(row) - centre);
    }
  }
}

/// Smooth noise of unit size: values 4 km apart, bilinear between them.
void add_turbulence(RandomStream& random, float amplitude, Field& field) {
  constexpr std::size_t step = 4, knots = side / step + 1;
  std::array<float, knots * knots> grid;
  for (float& value : grid) value = normal(random, amplitude);
  for (std::size_t row = 0; row < side; ++row) {
    const float* south = &grid[row / step * knots];
    const float north = static_cast<float>(row % step) / step;
    for (std::size_t column = 0; column < side; ++column) {
      const std::size_t k = column / step;
      const float east = static_cast<float>(column % step) / step;
      const float low = south[k] + east * (south[k + 1] - south[k]);
      const float high = south[k + knots] + east * (south[k + knots + 1] - south[k + knots]);
      field[row * side + column] += low + north * (high - low);
    }
  }
}

/// Adds grains: the sum of four uniform numbers from one draw is normal enough, and ten times faster.
void add_grain(RandomStream& random, float amplitude, Field& field) {
  constexpr float unit = 1.7320508f / 65536;  // of four uniform numbers, each of variance 1/12: sqrt(12 / 4)
  for (float& value : field) {
    const std::uint64_t bits = random.bits();
    const auto sum =
        static_cast<std::int64_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
    value += amplitude * unit * static_cast<float>(sum - 131070);
  }
}

struct Core {
  float x, y, peak;     // km, km, dBZ above the shield
  float along, across;  // km
  float cosine, sine;   // of the long axis

  float at(float px, float py) const {
    const float a = (cosine * (px - x) + sine * (py - y)) / along, b = (cosine * (py - y) - sine * (px - x)) / across;
    return peak * std::exp(-0.5f * (a * a + b * b));
  }
};

Core draw_core(RandomStream& random, bool first) {
  const float angle = drawn(random, 0, std::numbers::pi);
  const float reach = first ? 5 : 12;
  return {drawn(random, -reach, reach),
          drawn(random, -reach, reach),
          first ? drawn(random, 22, 46) : drawn(random, 8, 32),
          drawn(random, 3, 8),
          drawn(random, 2, 4.5),
          std::cos(angle),
          std::sin(angle)};
}

/// A gust front: a line through (x, y); across it the wind jumps by `closing` towards it (convergence) and by `sliding`
/// along it (shear).
struct Front {
  float x, y, normal_x, normal_y;
  float closing, sliding;  // m/s
  float width;             // km

  float across(float px, float py) const { return (normal_x * (px - x) + normal_y * (py - y)) / width; }
  /// Vorticity and convergence (1/s) of the jump at a point: the derivative of tanh.
  float gradient(float px, float py) const {
    const float t = std::tanh(across(px, py));
    return (1 - t * t) / (2 * width * spacing);
  }
};

Front draw_front(RandomStream& random) {
  const float angle = drawn(random, 0, 2 * std::numbers::pi);
  return {drawn(random, -10, 10), drawn(random, -10, 10), std::cos(angle),        std::sin(angle),
          drawn(random, -2, 14),  normal(random, 10),     drawn(random, 1.2, 3.5)};
}

/// A Lamb-Oseen vortex: vorticity is a Gaussian of scale `radius`, the wind turns with it.
struct Vortex {
  float x = 0, y = 0, radius = 3;  // km
  float vorticity = 0;             // at the centre, 1/s; positive: counter-clockwise

  float at(float px, float py) const {
    const float r2 = ((px - x) * (px - x) + (py - y) * (py - y)) / (radius * radius);
    return vorticity * std::exp(-r2);
  }
  /// Angular velocity (1/s) at a point: circulation / (2 pi r^2).
  float turning(float px, float py) const {
    const float r2 = ((px - x) * (px - x) + (py - y) * (py - y)) / (radius * radius);
    return 0.5f * vorticity * (r2 < 1e-4f ? 1 : -std::expm1(-r2) / r2);
  }
};

/// Two storms in three have a vortex; five vortices in six turn counter-clockwise; some are near the first core, others
/// anywhere.
Vortex draw_vortex(RandomStream& random, const Core& core) {
  Vortex vortex;
  const bool present = random.uniform() < 0.65, cyclonic = random.uniform() < 5.0 / 6, near = random.uniform() < 0.45;
  const float spread = near ? 2.5f : 9.0f;
  vortex.x = std::clamp((near ? core.x : 0) + normal(random, spread), -12.0f, 12.0f);
  vortex.y = std::clamp((near ? core.y : 0) + normal(random, spread), -12.0f, 12.0f);
  vortex.radius = drawn(random, 1.8, 4.5);
  const float strength = 0.0033f * std::exp(normal(random, 0.6));
  vortex.vorticity = present ? (cyclonic ? strength : -strength) : 0;
  return vortex;
}

struct Storm {
  std::array<Core, 3> cores;
  std::size_t core_count;
  Front front;
  Vortex vortex;
  float wind_u, wind_v;              // m/s
  std::array<float, 4> deformation;  // du/dx, du/dy, dv/dx, dv/dy in 1/s
  float shield;                      // dBZ

  float echo(float px, float py) const {
    float sum = 0;
    for (std::size_t i = 0; i < core_count; ++i) sum = std::max(sum, cores[i].at(px, py));
    return shield + sum;
  }
};

Storm draw_storm(RandomStream& random) {
  Storm storm;
  storm.core_count = 1 + random.below(3);
  for (std::size_t i = 0; i < storm.cores.size(); ++i) storm.cores[i] = draw_core(random, i == 0);
  storm.front = draw_front(random);
  storm.vortex = draw_vortex(random, storm.cores[0]);
  storm.wind_u = normal(random, 4), storm.wind_v = normal(random, 4);
  for (float& gradient : storm.deformation) gradient = normal(random, 1.2e-4);
  storm.shield = drawn(random, 8, 24);
  return storm;
}

/// The future of the rotation: a vortex lives on a core above it and on convergence below it.
FutureVorticity evolve(const Storm& storm, RandomStream& random) {
  Vortex later = storm.vortex;
  const float core = sigmoid((storm.echo(later.x, later.y) - 42) / 4);
  const float convergence = storm.front.closing * storm.front.gradient(later.x, later.y);
  const float growth = 0.2f + 1.15f * core + 0.75f * sigmoid((convergence - 1.0e-3f) / 3e-4f) * (0.3f + 0.7f * core);
  later.vorticity *= growth * std::exp(normal(random, 0.12));
  const float rest = 0.25f * storm.front.sliding;  // shear lines break up
  const float background = storm.deformation[2] - storm.deformation[1];

  Field vorticity;
  each_point([&](std::size_t i, float x, float y) {
    vorticity[i] = background + later.at(x, y) - rest * storm.front.gradient(x, y);
  });
  add_turbulence(random, 1.5e-4f, vorticity);
  double sum = 0;
  for (const float value : vorticity) sum += value;
  return {*std::max_element(vorticity.begin(), vorticity.end()),
          static_cast<float>(sum / static_cast<double>(vorticity.size()))};
}

/// Vorticity of (u, v) is dv/dx - du/dy: a wind that slides along (-normal_y, normal_x) as it crosses the front turns
/// like +sliding.
void add_wind(const Storm& storm, Field& u, Field& v) {
  each_point([&](std::size_t i, float x, float y) {
    const float jump = 0.5f * std::tanh(storm.front.across(x, y));
    const float turning = storm.vortex.turning(x, y) * spacing;
    const auto& d = storm.deformation;
    u[i] = storm.wind_u + spacing * (d[0] * x + d[1] * y) - storm.front.closing * jump * storm.front.normal_x +
           storm.front.sliding * jump * storm.front.normal_y - turning * (y - storm.vortex.y);
    v[i] = storm.wind_v + spacing * (d[2] * x + d[3] * y) - storm.front.closing * jump * storm.front.normal_y -
           storm.front.sliding * jump * storm.front.normal_x + turning * (x - storm.vortex.x);
  });
}

}  // namespace

FutureVorticity make_storm(std::uint64_t seed, std::uint64_t index, std::span<float> patch) {
  RandomStream random(RandomStream(seed).bits() ^ RandomStream(~index).bits());
  const Storm storm = draw_storm(random);
  const FutureVorticity future = evolve(storm, random);

  Field echo, u, v;
  each_point([&](std::size_t i, float x, float y) { echo[i] = storm.echo(x, y); });
  add_wind(storm, u, v);
  add_turbulence(random, 3, echo);
  add_turbulence(random, 0.6f, u);
  add_turbulence(random, 0.6f, v);
  add_grain(random, 1.5f, echo);
  add_grain(random, 0.4f, u);
  add_grain(random, 0.4f, v);
  for (std::size_t i = 0; i < echo.size(); ++i) {
    patch[storm_channels * i] = std::max(echo[i], 0.0f);
    patch[storm_channels * i + 1] = u[i];
    patch[storm_channels * i + 2] = v[i];
  }
  return future;
}

}  // namespace stormsweep
