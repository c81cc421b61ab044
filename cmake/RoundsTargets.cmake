# Helpers that give every target of the project the same language level, warnings and sanitizers.

# Compiles and links `target`, and what links it, with the sanitizers of the build, if it has any.
function(rounds_apply_sanitizers target)
  if(ROUNDS_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${ROUNDS_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${ROUNDS_SANITIZE})
  endif()
endfunction()

# Compile settings shared by libraries, programs, tests and benchmarks.
function(rounds_apply_settings target)
  target_compile_features(${target} PUBLIC cxx_std_23)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wconversion
    -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these falsely inside std::expected, std::variant, std::string and Boost's small_vector.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict
      -Wno-stringop-overread -Wno-stringop-overflow -Wno-missing-field-initializers)
  else()
    target_compile_options(${target} PRIVATE -Wno-missing-designated-field-initializers)
  endif()
  rounds_apply_sanitizers(${target})
endfunction()

# rounds_library(NAME SOURCES ... [PUBLIC ...] [PRIVATE ...] [INTERNAL] [INTERNAL_HEADERS ...]): the static
# library rounds_NAME with the alias rounds::NAME. INTERNAL ones (used by the programs only) are not installed,
# nor are INTERNAL_HEADERS (which include generated ones).
function(rounds_library name)
  cmake_parse_arguments(ARG "INTERNAL" "" "SOURCES;PUBLIC;PRIVATE;INTERNAL_HEADERS" ${ARGN})
  set(target rounds_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(rounds::${name} ALIAS ${target})
  rounds_apply_settings(${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  # Embedders write <rounds/store/rocks_store.hpp>; inside the tree it is "store/rocks_store.hpp".
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/rounds>)
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(NOT ARG_INTERNAL)
    install(TARGETS ${target} EXPORT roundsTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    set(left_out ${ARG_INTERNAL_HEADERS})
    list(TRANSFORM left_out REPLACE "(.+)" "PATTERN;\\1;EXCLUDE")
    install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/
      DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rounds/${name}
      FILES_MATCHING PATTERN "*.hpp" ${left_out})
  endif()
endfunction()

# rounds_use_jemalloc(TARGET): lets a program allocate with jemalloc (docs/decisions/0012). Sanitizers bring an
# allocator of their own; embedders of the libraries choose theirs.
function(rounds_use_jemalloc target)
  if(NOT ROUNDS_SANITIZE)
    target_link_libraries(${target} PRIVATE PkgConfig::JEMALLOC)
  endif()
endfunction()

# rounds_program(NAME SOURCES ... LINK ...): an installed executable.
function(rounds_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  rounds_apply_settings(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  rounds_use_jemalloc(${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
endfunction()

# rounds_test(NAME SOURCES ... LINK ... [LABELS ...] [TIMEOUT seconds]): a GoogleTest program; each of its
# cases is a test of its own in ctest, so that they run in parallel and fail by name.
function(rounds_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(ROUNDS_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 3") # what sanitizers cost
  endif()
  add_executable(${name} ${ARG_SOURCES})
  rounds_apply_settings(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    ROUNDS_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data")
  if("concurrent" IN_LIST ARG_LABELS)
    add_dependencies(concurrent_tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
