#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace stormsweep {

/// An HTML page that shows `data` (page_data.hpp): one self-contained text that makes no network requests. Names in the
/// data are shown as text, whatever they contain. `command`: the command that made the page.
std::string page(nlohmann::ordered_json data, const std::string& command);

/// The same, but the page polls its server (live_page.hpp) for newer data; `data` has its "tag".
std::string live_page(nlohmann::ordered_json data, const std::string& command);

/// `text` escaped for HTML.
std::string html_escaped(std::string_view text);

/// The parts of the page, embedded at build time: master/page/page.html, page.css and script/.
std::string_view page_frame();
std::string_view page_style();
std::string_view page_script();
std::string_view page_live();  ///< the script that only live pages have

}  // namespace stormsweep
