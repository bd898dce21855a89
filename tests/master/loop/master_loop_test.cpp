#include "master/loop/master_loop.hpp"
