// Where hubs and their labels stand on a schematic map.
//
// Hubs keep their bearings, not their distances: coordinates are fitted to the drawing with at most
// `kStretchMax` between the two directions, then circles that touch are pushed apart. A label
// stands beside its circle where it covers the least of other circles, labels and wires; labels are
// placed one by one, the most crowded first, and each may move again when the others stand. No
// libm: the same drawing on every machine.
#pragma once

#include <cstddef>
#include <vector>

namespace tongsuan::report {

struct Point {
  double x = 0;
  double y = 0;
};

struct Disc {
  Point at;
  double radius = 0;
};

struct Box {  // left, top, right, bottom
  double left = 0, top = 0, right = 0, bottom = 0;
};

struct Frame {
  double width = 0;
  double height = 0;
  double margin_x = 0;  // kept free of hubs, for their labels
  double margin_y = 0;
};

inline constexpr double kStretchMax = 1.6;

// Longitude and latitude in degrees, north up.
struct Place {
  double longitude = 0;
  double latitude = 0;
};

// One disc per place with the given radii. Places without spread stand in a row.
[[nodiscard]] std::vector<Disc> lay_out(const std::vector<Place>& places,
                                        const std::vector<double>& radii, const Frame& frame);

struct LabelSize {
  double width = 0;
  double height = 0;
};

// One box per disc. `wires` are points on drawn curves that labels should leave free.
[[nodiscard]] std::vector<Box> place_labels(const std::vector<Disc>& discs,
                                            const std::vector<LabelSize>& sizes,
                                            const std::vector<Point>& wires, const Frame& frame);

// std::sqrt, which is correctly rounded everywhere, with negative input at zero.
[[nodiscard]] double root_of(double value);

}  // namespace tongsuan::report
