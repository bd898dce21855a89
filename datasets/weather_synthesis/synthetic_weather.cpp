#include "datasets/weather_synthesis/synthetic_weather.hpp"

#include <algorithm>

#include "datasets/weather_synthesis/planted_weather.hpp"
#include "search/base/random.hpp"

namespace stormsweep {

namespace {

constexpr double millimetre_a_day = 1 / 8.64e7;  // m/s

/// Draws `count` things of one kind, spread over the longitudes so that few overlap.
class Draw {
 public:
  Draw(const WeatherGrid& grid, RandomStream& stream, int least, int most)
      : grid_(grid), stream_(stream), count_(least + static_cast<int>(stream.below(1 + most - least))) {}

  template <class Make>
  void each(double low_latitude, double high_latitude, const Make& make) {
    for (int k = 0; k < count_; ++k) {
      const double hemisphere = stream_.below(2) == 0 ? -1 : 1;
      const double latitude = hemisphere * stream_.uniform(low_latitude, high_latitude);
      const double longitude = 360 * (k + stream_.uniform()) / count_;
      make(latitude, longitude, pixel_side(grid_, latitude));
    }
  }

 private:
  const WeatherGrid& grid_;
  RandomStream& stream_;
  int count_;
};

RoundWeather cyclone(RandomStream& stream, double latitude, double longitude, double pixel) {
  RoundWeather made{latitude, longitude, std::max(stream.uniform(250, 500), 2 * pixel)};
  made.pressure = -stream.uniform(2000, 6000), made.warmth = stream.uniform(2.5, 6);
  // The vorticity at its centre, 2 sqrt(e) wind / (2/3 radius), is 4e-4 1/s at least, however large the pixels are.
  made.wind = std::max(stream.uniform(35, 65), 0.08 * made.radius);
  made.vapour = stream.uniform(12, 25), made.rain = stream.uniform(100, 300) * millimetre_a_day;
  return made;
}

RoundWeather dry_vortex(RandomStream& stream, double latitude, double longitude, double pixel) {
  RoundWeather made{latitude, longitude, std::max(stream.uniform(350, 700), 2 * pixel)};
  made.pressure = -stream.uniform(1500, 4000), made.warmth = -stream.uniform(2, 5);
  made.wind = stream.uniform(15, 25), made.vapour = -stream.uniform(2, 4), made.humidity = -0.35;
  return made;
}

RoundWeather moist_patch(RandomStream& stream, double latitude, double longitude, double pixel) {
  RoundWeather made{latitude, longitude, std::max(stream.uniform(200, 450), pixel)};
  made.vapour = stream.uniform(12, 22), made.rain = stream.uniform(10, 40) * millimetre_a_day;
  return made;
}

LongWeather long_weather(RandomStream& stream, double latitude, double longitude, double pixel) {
  LongWeather made{latitude, longitude};
  made.length = stream.uniform(2500, 6000), made.width = std::max(stream.uniform(450, 750), 2 * pixel);
  made.heading = stream.uniform(0, 40), made.bend = stream.uniform(-20, 30), made.swing = stream.uniform(-20, 20);
  made.wind = stream.uniform(22, 32);
  return made;
}

LongWeather river(RandomStream& stream, double latitude, double longitude, double pixel) {
  LongWeather made = long_weather(stream, latitude, longitude, pixel);
  made.warmth = stream.uniform(5, 9), made.vapour = stream.uniform(18, 30), made.humidity = 0.3;
  made.rain = stream.uniform(5, 20) * millimetre_a_day;
  return made;
}

LongWeather dry_jet(RandomStream& stream, double latitude, double longitude, double pixel) {
  LongWeather made = long_weather(stream, latitude, longitude, pixel);
  made.warmth = -3, made.vapour = -stream.uniform(1, 4), made.humidity = -0.3;
  return made;
}

}  // namespace

SyntheticWeather synthetic_weather(const WeatherGrid& grid, std::uint64_t seed) {
  RandomStream stream(seed);
  WeatherState state = climate_state(grid, stream.bits());
  SyntheticWeather made;
  made.truth.resize(state.psl.size());
  const auto mark = [&](const std::vector<std::size_t>& pixels, std::uint8_t label) {
    for (const std::size_t i : pixels) made.truth[i] = label;
  };
  Draw(grid, stream, 1, 3).each(25, 45, [&](double latitude, double longitude, double pixel) {
    plant(grid, dry_jet(stream, latitude, longitude, pixel), state);
  });
  Draw(grid, stream, 1, 4).each(38, 62, [&](double latitude, double longitude, double pixel) {
    plant(grid, dry_vortex(stream, latitude, longitude, pixel), state);
  });
  Draw(grid, stream, 1, 4).each(15, 40, [&](double latitude, double longitude, double pixel) {
    plant(grid, moist_patch(stream, latitude, longitude, pixel), state);
  });
  Draw(grid, stream, 3, 7).each(21, 28, [&](double latitude, double longitude, double pixel) {
    mark(plant(grid, river(stream, latitude, longitude, pixel), state), 2);
  });
  Draw(grid, stream, 0, 4).each(8, 30, [&](double latitude, double longitude, double pixel) {
    mark(plant(grid, cyclone(stream, latitude, longitude, pixel), state), 1);
  });
  made.fields = weather_fields(state);
  return made;
}

}  // namespace stormsweep
