# tongsuan_embed_scenarios(<target>): puts the texts of scenarios/*.scenario into a source of the
# target, sorted by name, so that the program needs no files of its own beside it.
function(tongsuan_embed_scenarios target)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scenarios/*.scenario)
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND entries "      {\"${name}\", R\"scenario(${text})scenario\"},\n")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/scenario_files.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Made by cmake/EmbedScenarios.cmake from scenarios/*.scenario.
#include \"tongsuan/lab/scenario_files.h\"

namespace tongsuan::lab {

const std::vector<ScenarioFile>& scenario_files() {
  static const std::vector<ScenarioFile> files = {
@entries@  };
  return files;
}

}  // namespace tongsuan::lab
")
  target_sources(${target} PRIVATE ${source})
endfunction()
