# The layers, and the only place that says which may use which. A layer is a folder; a sub-folder is one of its own.
#
#   cli -> views -> tally -> messages
#    |-> actors -> replay -> journal, tally
#    |-> watch -> kube -> messages
#
# and all of them `base`.
#
# A library's headers are reachable only through an include folder of its own, which holds links to them, so including a header of a
# layer that is neither listed here, nor used by one that is, does not compile.
set(tallyman_layer_base "")
set(tallyman_layer_messages base)
set(tallyman_layer_messages/wire base messages)

set(tallyman_layer_journal/terms base)
set(tallyman_layer_journal/storage base)
set(tallyman_layer_journal/format base journal/terms journal/storage)
set(tallyman_layer_journal/read ${tallyman_layer_journal/format} journal/format)
set(tallyman_layer_journal/snapshot ${tallyman_layer_journal/read} journal/read)
set(tallyman_layer_journal/write ${tallyman_layer_journal/snapshot} journal/snapshot)
set(tallyman_layer_journal/upkeep ${tallyman_layer_journal/write} journal/write)
set(tallyman_layer_journal/recovery ${tallyman_layer_journal/upkeep} journal/upkeep)
set(tallyman_layer_journal ${tallyman_layer_journal/recovery} journal/recovery)

set(tallyman_layer_kube base messages)
set(tallyman_layer_kube/json base messages kube)
set(tallyman_layer_kube/protobuf base messages kube)
set(tallyman_layer_watch/access base kube)
set(tallyman_layer_watch base messages kube kube/json kube/protobuf watch/access)

set(tallyman_layer_tally/schedule base)
set(tallyman_layer_tally base messages tally/schedule)
set(tallyman_layer_tally/history base messages messages/wire tally)
set(tallyman_layer_tally/snapshot base messages messages/wire tally)

set(tallyman_layer_replay base messages messages/wire journal tally tally/history tally/snapshot)
set(tallyman_layer_actors base messages messages/wire journal tally replay)
set(tallyman_layer_views base messages tally tally/history tally/snapshot replay)
set(tallyman_layer_cli/terminal base journal views replay)
set(tallyman_layer_cli base messages journal tally replay actors views cli/terminal)
set(tallyman_layer_cli/commands base messages journal kube kube/json watch tally tally/history tally/schedule tally/snapshot replay actors views
    cli/terminal cli)

# Held by g++, the compiler of every preset but `fuzz`.
# g++ 12 sees uninitialised values and null pointers in the standard library that are not there; clang-tidy's
# analyzer looks for the real ones. -Wno-subobject-linkage: where files are compiled several at a time (CMAKE_UNITY_BUILD: the
# sanitizers' presets, and tests), a class of a source file seems to be one of a header.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(tallyman_warnings -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
      -Woverloaded-virtual -Wconversion -Wsign-conversion -Wno-maybe-uninitialized
      -Wno-subobject-linkage -Werror)
endif()

# tallyman_library(LAYER [HEADERS ...] [SOURCES ...] [USES layer...] [EXTERNAL target...])
# Builds the layer LAYER, which is a folder's path, from this folder. USES must be a subset of what the table above allows. Without
# SOURCES the layer is headers only. HEADERS names those that are the layer's; without it, it has all that no other layer of the folder has.
function(tallyman_library layer)
  cmake_parse_arguments(arg "" "" "HEADERS;SOURCES;USES;EXTERNAL" ${ARGN})
  foreach(used IN LISTS arg_USES)
    if(NOT used IN_LIST tallyman_layer_${layer})
      message(FATAL_ERROR "layer '${layer}' may not use '${used}'; cmake/layers.cmake lists what it may")
    endif()
  endforeach()
  string(REPLACE "/" "_" name ${layer})
  tallyman_link_headers(${name} "${arg_HEADERS}")
  list(TRANSFORM arg_USES REPLACE "/" "_")
  list(TRANSFORM arg_USES PREPEND tallyman_)
  set(root ${CMAKE_BINARY_DIR}/layers/${name})
  if(NOT arg_SOURCES)
    add_library(tallyman_${name} INTERFACE)
    target_include_directories(tallyman_${name} INTERFACE ${root})
    target_link_libraries(tallyman_${name} INTERFACE ${arg_USES} ${arg_EXTERNAL})
    return()
  endif()
  add_library(tallyman_${name} STATIC ${arg_SOURCES})
  target_include_directories(tallyman_${name} PUBLIC ${root})
  target_compile_options(tallyman_${name} PRIVATE ${tallyman_warnings})
  target_link_libraries(tallyman_${name} PUBLIC ${arg_USES} ${arg_EXTERNAL})
endfunction()

# Links the headers of this folder, or those that are given, into build/PRESET/layers/NAME, below their path in the tree.
function(tallyman_link_headers name headers)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(NOT headers)
    # Looked through anew at each build: a new header needs no other file changed.
    file(GLOB headers RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *.hpp)
    get_directory_property(taken tallyman_taken_headers)
    list(REMOVE_ITEM headers ${taken})
  endif()
  set_property(DIRECTORY APPEND PROPERTY tallyman_taken_headers ${headers})
  set(links ${CMAKE_BINARY_DIR}/layers/${name}/${folder})
  file(REMOVE_RECURSE ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${links})
  foreach(header IN LISTS headers)
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${links}/${header} SYMBOLIC)
  endforeach()
endfunction()

# tallyman_test(NAME SOURCES ... USES layer...)
# One Catch2 program; every test case in it becomes a ctest of its own. tests/main.cpp holds main().
function(tallyman_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;EXTERNAL" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/main.cpp)
  # With the address sanitizer, g++ 12 sees uninitialised members in the std::regex that Catch2's main uses.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/main.cpp PROPERTIES COMPILE_OPTIONS -Wno-maybe-uninitialized)
  list(TRANSFORM arg_USES REPLACE "/" "_")
  list(TRANSFORM arg_USES PREPEND tallyman_)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${arg_USES} ${arg_EXTERNAL} Catch2::Catch2)
  target_compile_options(test_${name} PRIVATE ${tallyman_warnings})
  target_compile_definitions(test_${name} PRIVATE TALLYMAN_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST)
endfunction()
