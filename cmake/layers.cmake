# The layers, and the only place that says which may use which.
#
#   cli -> actors -> tally -> messages
#    |        \----> journal
#    |-> kube -> messages
#    \-> watch -> kube
#
# and all of them `base`, the error type that crosses their borders.
#
# Each library's headers are reachable only through an include folder of its own (a folder that
# holds one symbolic link), so including a header of a layer that is not listed does not compile.
set(tallyman_layer_base "")
set(tallyman_layer_messages base)
set(tallyman_layer_journal base)
set(tallyman_layer_tally base messages)
set(tallyman_layer_kube base messages)
set(tallyman_layer_watch base messages kube)
set(tallyman_layer_actors base messages tally journal)
set(tallyman_layer_cli base messages tally journal kube actors watch)

# Held by g++, the compiler of every preset but `fuzz`.
# g++ 12 sees uninitialised values and null pointers in the standard library that are not there; clang-tidy's
# analyzer looks for the real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(tallyman_warnings -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
      -Woverloaded-virtual -Wconversion -Wsign-conversion -Wno-maybe-uninitialized -Werror)
endif()

# tallyman_library(NAME SOURCES ... [USES layer...] [EXTERNAL target...])
# Builds the layer NAME from this folder. USES must be a subset of what the table above allows.
# Without SOURCES the layer is headers only.
function(tallyman_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;EXTERNAL" ${ARGN})
  foreach(used IN LISTS arg_USES)
    if(NOT used IN_LIST tallyman_layer_${name})
      message(FATAL_ERROR "layer '${name}' may not use '${used}'; cmake/layers.cmake lists what it may")
    endif()
  endforeach()
  set(root ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  list(TRANSFORM arg_USES PREPEND tallyman_)
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

# tallyman_test(NAME SOURCES ... USES layer...)
# One Catch2 program; every test case in it becomes a ctest of its own. tests/main.cpp holds main().
function(tallyman_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;EXTERNAL" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/main.cpp)
  # With the address sanitizer, g++ 12 sees uninitialised members in the std::regex that Catch2's main uses.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/main.cpp PROPERTIES COMPILE_OPTIONS -Wno-maybe-uninitialized)
  list(TRANSFORM arg_USES PREPEND tallyman_)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${arg_USES} ${arg_EXTERNAL} Catch2::Catch2)
  target_compile_options(test_${name} PRIVATE ${tallyman_warnings})
  target_compile_definitions(test_${name} PRIVATE TALLYMAN_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST)
endfunction()
