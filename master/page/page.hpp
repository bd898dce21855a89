#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace stormsweep {

/// A page of HTML that shows `data` (page_data.hpp): one text that needs nothing beside it and asks no network. Names
/// in the data stay texts, whatever they hold. `command` is what made it.
std::string page(nlohmann::ordered_json data, const std::string& command);

/// The same, which asks the server that it came from (live_page.hpp) for newer data; `data` has its "tag".
std::string live_page(nlohmann::ordered_json data, const std::string& command);

/// `text` as HTML shows it.
std::string html_escaped(std::string_view text);

/// What the page is made of, embedded at build time: master/page/page.html, page.css and script/.
std::string_view page_frame();
std::string_view page_style();
std::string_view page_script();
std::string_view page_live();  ///< the script of live pages alone

}  // namespace stormsweep
